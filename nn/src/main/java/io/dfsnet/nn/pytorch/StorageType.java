package io.dfsnet.nn.pytorch;

import io.dfsnet.nn.file.ElementType;
import java.util.Optional;

/** What a storage, the array behind tensors, holds; named as PyTorch's classes. */
enum StorageType {
  FLOAT("FloatStorage", ElementType.F32),
  DOUBLE("DoubleStorage", ElementType.F64),
  HALF("HalfStorage", ElementType.F16),
  BFLOAT16("BFloat16Storage", ElementType.BF16),
  LONG("LongStorage", 8),
  INT("IntStorage", 4),
  SHORT("ShortStorage", 2),
  CHAR("CharStorage", 1),
  BYTE("ByteStorage", 1),
  BOOL("BoolStorage", 1);

  private final String className;
  private final int bytes;
  private final ElementType elements;

  StorageType(String className, ElementType elements) {
    this.className = className;
    this.bytes = elements.bytes();
    this.elements = elements;
  }

  /** Of whole numbers, which weights are not made of. */
  StorageType(String className, int bytes) {
    this.className = className;
    this.bytes = bytes;
    this.elements = null;
  }

  /** The class of module {@code torch}. */
  String className() {
    return className;
  }

  /** The size of one element. */
  int bytes() {
    return bytes;
  }

  /** How an element becomes a float; empty for whole numbers. */
  Optional<ElementType> elements() {
    return Optional.ofNullable(elements);
  }
}
