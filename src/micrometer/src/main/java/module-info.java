/** What predictors and batchers have done, as Micrometer's meters. */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"}) // Micrometer has none
module dev.lanewise.micrometer {
  requires transitive dev.lanewise.nn;
  requires transitive micrometer.core;
  requires static org.jspecify;

  exports dev.lanewise.micrometer;
}
