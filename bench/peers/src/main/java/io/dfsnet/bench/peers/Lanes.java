package io.dfsnet.bench.peers;

import java.util.List;

/**
 * The one list of lanes. A lane's class is loaded only in its own JVM, and its native library with
 * it.
 */
final class Lanes {
  /** Our own lane: always there, because all others are compared with it. */
  static final String OURS = "dfsnet";

  /** Ours with the right matrix known beforehand; shown beside, but no peer. */
  static final String OURS_PACKED = "dfsnet-packed-b";

  /** The peer that a JVM user would take first. */
  static final String USUAL = "ort";

  private Lanes() {}

  /** All names, in the order of the columns. */
  static List<String> names() {
    return List.of(
        OURS,
        OURS_PACKED,
        "onednn-blocked",
        "onednn-nchw-io",
        USUAL,
        "ort-nchw",
        "ort-packed-b",
        "ort-chain8",
        "torch",
        "torch-nhwc",
        "tf",
        "djl-pt",
        "netlib",
        "ejml",
        "deepnetts");
  }

  static boolean isPeer(String name) {
    return !name.equals(OURS) && !name.equals(OURS_PACKED);
  }

  /**
   * Loads a lane.
   *
   * @param threads how many threads the library may use
   */
  static Lane load(String name, int threads) throws Exception {
    return switch (name) {
      case OURS -> new DfsnetLane(threads);
      case OURS_PACKED -> new DfsnetPackedLane(threads);
      case "onednn-blocked" -> new OnednnLane(OnednnLane.Layout.BLOCKED);
      case "onednn-nchw-io" -> new OnednnLane(OnednnLane.Layout.PLAIN);
      case "ort" -> new OrtLane(OrtLane.Mode.DEFAULT, threads);
      case "ort-nchw" -> new OrtLane(OrtLane.Mode.PLAIN_LAYOUT, threads);
      case "ort-packed-b" -> new OrtLane(OrtLane.Mode.CONSTANT_RIGHT, threads);
      case "ort-chain8" -> new OrtLane(OrtLane.Mode.CHAIN, threads);
      case "torch" -> new TorchLane(TorchLane.Layout.NCHW, threads);
      case "torch-nhwc" -> new TorchLane(TorchLane.Layout.CHANNELS_LAST, threads);
      case "tf" -> new TensorFlowLane(threads);
      case "djl-pt" -> new DjlLane(threads);
      case "netlib" -> new NetlibLane();
      case "ejml" -> new EjmlLane();
      case "deepnetts" -> new DeepNettsLane();
      default -> throw new PeersException(unknown(name));
    };
  }

  static String unknown(String name) {
    return "lane '" + name + "': unknown; known are " + String.join(", ", names());
  }
}
