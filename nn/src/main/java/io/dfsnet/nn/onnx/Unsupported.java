package io.dfsnet.nn.onnx;

/** Why a node cannot be translated. Never leaves the import, which lists all of them at once. */
final class Unsupported extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Unsupported(String reason) {
    // Raised for hostile nodes by the thousand; the place in this program says nothing.
    super(reason, null, false, false);
  }
}
