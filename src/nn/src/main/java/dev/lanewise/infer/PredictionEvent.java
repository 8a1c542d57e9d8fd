package dev.lanewise.infer;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A call of a predictor, for the flight recorder; off unless a recording turns it on. */
@Name("dev.lanewise.Prediction")
@Label("Prediction")
@Category("Lanewise")
@Description("A call of a predictor, from the rows that were given to those that were answered")
@Enabled(false)
@StackTrace(false)
final class PredictionEvent extends Event {
  @Label("Predictor")
  String predictor = "";

  @Label("Rows")
  int rows;

  /** Returns an event that begins now. */
  static PredictionEvent begun() {
    PredictionEvent event = new PredictionEvent();
    event.begin();
    return event;
  }

  /** Ends the event, and records it if it is long enough. */
  void commit(String name, int count) {
    if (shouldCommit()) {
      predictor = name;
      rows = count;
      commit();
    }
  }
}
