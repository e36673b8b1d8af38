/** Networks as data, and what reads them: training, inference, files. */
module io.dfsnet.nn {
  requires transitive io.dfsnet.engine;

  // Decodes JPEG and PNG in image folders; nothing else needs it.
  requires static java.desktop;

  exports io.dfsnet.nn;
  exports io.dfsnet.nn.convert;
  exports io.dfsnet.nn.data;
  exports io.dfsnet.nn.file;
  exports io.dfsnet.nn.json;
  exports io.dfsnet.nn.models;
  exports io.dfsnet.nn.onnx;
  exports io.dfsnet.nn.protobuf;
  exports io.dfsnet.nn.pytorch;
  exports io.dfsnet.nn.train;
}
