package io.dfsnet.nn.data;

import java.util.function.Supplier;

/** Reads each part when it is asked for first and keeps it; a part that fails is tried again. */
final class LazySource implements DataSource {
  private final String name;
  private final Supplier<ImageSet> trainReader;
  private final Supplier<ImageSet> testReader;
  private ImageSet train;
  private ImageSet test;

  LazySource(String name, Supplier<ImageSet> trainReader, Supplier<ImageSet> testReader) {
    this.name = name;
    this.trainReader = trainReader;
    this.testReader = testReader;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public synchronized ImageSet train() {
    if (train == null) {
      train = trainReader.get();
    }
    return train;
  }

  @Override
  public synchronized ImageSet test() {
    if (test == null) {
      test = testReader.get();
    }
    return test;
  }
}
