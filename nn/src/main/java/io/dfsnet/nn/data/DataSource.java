package io.dfsnet.nn.data;

/**
 * A data set in its two parts. A part is read when it is asked for first and kept, so that a source
 * whose training files are missing still serves its test images.
 */
public interface DataSource {

  /** The name of the data set, for example {@code cifar100}. */
  String name();

  /**
   * @throws DataException naming the file, the rule and the mend if the images cannot be read
   */
  ImageSet train();

  /**
   * @throws DataException naming the file, the rule and the mend if the images cannot be read
   */
  ImageSet test();
}
