package dev.lanewise.op;

/** A differentiable operation written outside this library. */
public non-sealed interface CustomOp extends Op {}
