package dev.lanewise.cli;

/**
 * What one epoch of a training came to.
 *
 * @param number the epoch, from 1
 * @param step the optimizer's steps so far
 * @param trainLoss the mean loss of the epoch's batches
 * @param samplesPerSecond the speed of the training steps alone
 */
record EpochResult(
    int number, long step, double trainLoss, Evaluation test, double samplesPerSecond) {}
