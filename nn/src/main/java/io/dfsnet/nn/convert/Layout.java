package io.dfsnet.nn.convert;

import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.file.FileFormatException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How a family of programs names the tensors of a network: the one table of names. A network here
 * has torchvision's, where torchvision has the network, so most files need none.
 */
enum Layout {
  /**
   * The residual networks for CIFAR of github.com/kuangliu/pytorch-cifar, and those of akamaster
   * (pytorch_resnet_cifar10) and karanchahal (distiller) after it.
   */
  KUANGLIU("linear.weight", Map.of("linear", "fc", "shortcut", "downsample")),

  /**
   * ResNet, VGG and MobileNetV2 of torchvision, the forms for CIFAR of
   * github.com/chenyaofo/pytorch-cifar-models, and whatever else has the names that are used here.
   */
  TORCHVISION(null, Map.of());

  /** What wrappers of PyTorch put in front of every name: DataParallel, torch.compile. */
  private static final List<String> WRAPPERS = List.of("module.", "_orig_mod.");

  private final String mark;
  private final Map<String, String> renames;

  /**
   * @param mark a name that files of this layout have and others have not; null for any
   * @param renames from a part of a name, between dots, to what it is called here
   */
  Layout(String mark, Map<String, String> renames) {
    this.mark = mark;
    this.renames = renames;
  }

  /**
   * The tensors under the names that networks have here, in the same order.
   *
   * @param source what the tensors came from, for errors
   * @throws FileFormatException if two would have the same name
   */
  static Map<String, Tensor> rename(String source, Map<String, Tensor> tensors) {
    int wrapped = wrapped(tensors.keySet());
    Set<String> names =
        tensors.keySet().stream().map(name -> name.substring(wrapped)).collect(Collectors.toSet());
    Layout layout = of(names);
    Map<String, Tensor> renamed = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          String here = layout.here(name.substring(wrapped));
          if (renamed.put(here, tensor) != null) {
            throw new FileFormatException(source, "holds two tensors that are '" + here + "' here");
          }
        });
    return renamed;
  }

  private static Layout of(Set<String> names) {
    return Arrays.stream(values())
        .filter(layout -> layout.mark == null || names.contains(layout.mark))
        .findFirst()
        .orElseThrow();
  }

  private String here(String name) {
    return Arrays.stream(name.split("\\.", -1))
        .map(part -> renames.getOrDefault(part, part))
        .collect(Collectors.joining("."));
  }

  /** How many characters stand in front of every name that belong to wrappers. */
  private static int wrapped(Set<String> names) {
    int length = 0;
    for (boolean found = true; found; ) {
      int from = length;
      length +=
          WRAPPERS.stream()
              .filter(wrapper -> names.stream().allMatch(name -> name.startsWith(wrapper, from)))
              .mapToInt(String::length)
              .findFirst()
              .orElse(0);
      found = length > from;
    }
    return length;
  }
}
