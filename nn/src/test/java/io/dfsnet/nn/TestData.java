package io.dfsnet.nn;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Path;

/** Where real data lie, for the tests that need them. */
public final class TestData {
  private static final String PROPERTY = "dfsnet.test.data";

  private TestData() {}

  /** The folder; without one the test is skipped and says which property is missing. */
  public static Path folder() {
    String folder = System.getProperty(PROPERTY, "");
    assumeFalse(
        folder.isEmpty(),
        "needs real data: run with -D"
            + PROPERTY
            + "=FOLDER that holds cifar10, cifar100, weights");
    return Path.of(folder);
  }
}
