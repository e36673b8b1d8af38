package io.dfsnet.nn.data;

/** A program that opens an image folder on a JVM that has no java.desktop. */
public final class WithoutDesktop {
  private WithoutDesktop() {}

  /** Prints why the folder cannot be opened, and that others can. */
  public static void main(String[] arguments) {
    System.out.println(DataSources.open("synthetic:train=1,test=1").train());
    try {
      DataSources.open("folder:" + arguments[0]);
    } catch (DataException refused) {
      System.out.println(refused.getMessage());
    }
  }
}
