package dev.lanewise.cli;

import picocli.CommandLine.IVersionProvider;

/** The version of this program and of the Java that runs it. */
final class Version implements IVersionProvider {
  /** The version in the project's pom.xml, which a test compares. */
  static final String NUMBER = "0.1.0-SNAPSHOT";

  @Override
  public String[] getVersion() {
    return new String[] {
      "lanewise " + NUMBER + " on " + System.getProperty("java.vm.name") + " " + Runtime.version()
    };
  }
}
