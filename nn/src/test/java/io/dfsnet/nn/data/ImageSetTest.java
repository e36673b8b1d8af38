package io.dfsnet.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.engine.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImageSetTest {
  private static final Shape SHAPE = Shape.of(2, 2, 3);

  @Test
  void imagesAreNormalisedByChannel() {
    ImageSet set = set(4);
    float[] target = new float[14];
    set.normalized(1, target, 1);

    assertThat(target[0]).isZero();
    assertThat(target[13]).isZero();
    for (int channel = 0; channel < 2; channel++) {
      for (int i = 0; i < 6; i++) {
        int level = 12 + channel * 6 + i;
        float expected =
            channel == 0 ? (level / 255f - 0.5f) / 0.25f : (level / 255f - 0.125f) / 0.5f;
        assertThat(target[1 + channel * 6 + i]).isEqualTo(expected);
      }
    }
  }

  @Test
  void bytesAreUnsigned() {
    ImageSet white = new ImageSet("w", 1, Shape.of(1, 1, 1), new byte[] {-1}, new int[1], unit());
    float[] target = new float[1];
    white.normalized(0, target, 0);
    assertThat(target[0]).isEqualTo(1f);
    assertThat(white.pixel(0, 0, 0, 0)).isEqualTo(255);
  }

  @Test
  void subsetsAndSelectionsShareTheImages() {
    ImageSet set = set(6);
    ImageSet chosen = set.subset(1, 6).select(new int[] {4, 0, 0});

    assertThat(chosen.size()).isEqualTo(3);
    assertThat(chosen.labels()).containsExactly(set.label(5), set.label(1), set.label(1));
    assertThat(chosen.pixel(0, 1, 1, 2)).isEqualTo(set.pixel(5, 1, 1, 2));
    assertThat(chosen.classes()).isEqualTo(set.classes());
    assertThat(set.subset(2, 2).size()).isZero();
    for (List<Integer> range : List.of(List.of(-1, 2), List.of(3, 2), List.of(0, 7))) {
      assertThatThrownBy(() -> set.subset(range.get(0), range.get(1)))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
    assertThatThrownBy(() -> set.select(new int[] {6}))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void labelsAreCopies() {
    ImageSet set = set(3);
    set.labels()[0] = 77;
    assertThat(set.labels()).containsExactly(0, 1, 2);
  }

  @Test
  void sizesThatDoNotFitAreRefused() {
    assertThatThrownBy(() -> new ImageSet("s", 3, SHAPE, new byte[23], new int[2], two()))
        .isInstanceOf(DataException.class)
        .hasMessage("s: 2 images [2, 2, 3] need 24 bytes, found 23");
    assertThatThrownBy(() -> new ImageSet("s", 3, SHAPE, new byte[24], new int[] {0, 3}, two()))
        .isInstanceOf(DataException.class)
        .hasMessage("s: labels are from 0 to 2, image 1 has 3");
    assertThatThrownBy(() -> new ImageSet("s", 3, SHAPE, new byte[24], new int[2], unit()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found [2, 2, 3] and 1 means");
    assertThatThrownBy(() -> set(2).normalized(1, new float[12], 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Normalization.of(new float[] {0}, new float[] {0}))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("deviations positive");
    assertThatThrownBy(() -> Normalization.of(new float[2], new float[] {1}))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found 2 and 1");
  }

  /** Image i's bytes count on from 12 i; its label is i. */
  static ImageSet set(int images) {
    byte[] pixels = new byte[images * SHAPE.elements()];
    int[] labels = new int[images];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) i;
    }
    for (int i = 0; i < images; i++) {
      labels[i] = i;
    }
    return new ImageSet("set", images, SHAPE, pixels, labels, two());
  }

  private static Normalization two() {
    return Normalization.of(new float[] {0.5f, 0.125f}, new float[] {0.25f, 0.5f});
  }

  private static Normalization unit() {
    return Normalization.of(new float[] {0}, new float[] {1});
  }
}
