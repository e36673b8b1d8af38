package io.dfsnet.nn.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The image files of one part of an {@link ImageFolder}, listed but not opened. Of a file its name
 * is kept only, so that a million files need little memory.
 *
 * @param folder the data set's folder, which no symbolic link may leave, as a real path
 * @param part the name of the folder in it that holds the classes' folders
 * @param classes the classes' names, sorted
 * @param names the files' names, by class, then sorted
 * @param labels the class of each file
 */
record ImageFiles(Path folder, String part, List<String> classes, String[] names, int[] labels) {
  static final int MAX_CLASSES = 1 << 16;

  /** ImageNet's training part has 1,281,167. */
  static final int MAX_IMAGES = 1 << 21;

  private static final int MAX_FILE_BYTES = 1 << 26;
  private static final Set<String> READ = Set.of("jpg", "jpeg", "png");

  /** Images that torchvision reads and we do not: to leave them out in silence would be wrong. */
  private static final Set<String> REFUSED =
      Set.of("bmp", "gif", "pgm", "ppm", "tif", "tiff", "webp");

  /** What is done with the names of a folder's entries, in no order. */
  private interface Entries {
    void accept(String name) throws IOException;
  }

  /** The names of the classes: of the folders in a part. */
  static List<String> classes(Path folder, String part) {
    Path root = inside(folder, folder.resolve(part));
    List<String> names = new ArrayList<>();
    list(
        root,
        name -> {
          if (Files.isDirectory(root.resolve(name))) {
            names.add(name);
          }
          requireCount(root, "classes", names.size(), MAX_CLASSES);
        });
    if (names.isEmpty()) {
      throw new DataException(root + ": has no folders; put one there for each class");
    }
    names.sort(null);
    return List.copyOf(names);
  }

  /**
   * The images of a part.
   *
   * @param classes what the labels count; the part may lack some, but has no others
   */
  static ImageFiles list(Path folder, String part, List<String> classes) {
    Path root = inside(folder, folder.resolve(part));
    List<String> own = classes(folder, part);
    Map<String, Integer> numbers = new HashMap<>();
    classes.forEach(name -> numbers.put(name, numbers.size()));
    for (String name : own) {
      if (!numbers.containsKey(name)) {
        throw new DataException(
            root.resolve(name) + ": is no class of train; rename it, or add the class to train");
      }
    }
    List<String> names = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    for (String name : own) {
      List<String> images = images(inside(folder, root.resolve(name)), names.size());
      names.addAll(images);
      labels.addAll(Collections.nCopies(images.size(), numbers.get(name)));
    }
    return new ImageFiles(
        folder,
        part,
        classes,
        names.toArray(String[]::new),
        labels.stream().mapToInt(Integer::intValue).toArray());
  }

  /** The names of the images in a class's folder, sorted. */
  private static List<String> images(Path folder, int before) {
    List<String> names = new ArrayList<>();
    list(
        folder,
        name -> {
          String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
          if (READ.contains(extension)) {
            names.add(name);
          } else if (REFUSED.contains(extension)) {
            throw new DataException(
                folder.resolve(name) + ": only JPEG and PNG are read; convert it or remove it");
          } else if (Files.isDirectory(folder.resolve(name))) {
            throw new DataException(
                folder.resolve(name)
                    + ": is a folder in a class's folder; images lie directly in the latter");
          }
          requireCount(folder, "images with those before", before + names.size(), MAX_IMAGES);
        });
    if (names.isEmpty()) {
      throw new DataException(
          folder + ": has no JPEG or PNG images; add some, or remove the folder");
    }
    names.sort(null);
    return names;
  }

  int size() {
    return names.length;
  }

  Path path(int index) {
    return folder.resolve(part).resolve(classes.get(labels[index])).resolve(names[index]);
  }

  /** The content of a file, which must be a regular one inside the folder. */
  byte[] read(int index) {
    Path file = path(index);
    Path real = inside(folder, file);
    // A pipe or a device would keep its reader waiting for ever.
    if (!Files.isRegularFile(real)) {
      throw new DataException(file + ": is no regular file; replace or remove it");
    }
    try (InputStream in = Files.newInputStream(real)) {
      byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
      if (bytes.length > MAX_FILE_BYTES) {
        throw new DataException(
            file + ": has more than " + MAX_FILE_BYTES + " bytes; make it smaller or remove it");
      }
      return bytes;
    } catch (IOException cause) {
      throw DataException.unreadable(file, cause);
    }
  }

  /** The real path of a file or folder, which no symbolic link has led out of {@code folder}. */
  private static Path inside(Path folder, Path path) {
    try {
      Path real = path.toRealPath();
      if (!real.startsWith(folder)) {
        throw new DataException(
            path
                + ": is a link that leaves "
                + folder
                + "; links are followed inside the data set's folder only, copy the files there");
      }
      return real;
    } catch (NoSuchFileException missing) {
      throw new DataException(
          path + ": does not exist; images lie in PART/CLASS/FILE, PART is train, val or test",
          missing);
    } catch (IOException cause) {
      throw DataException.unreadable(path, cause);
    }
  }

  /** Visits the entries of a folder but hidden ones, which tools leave behind. */
  private static void list(Path folder, Entries entries) {
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      for (Path entry : stream) {
        String name = entry.getFileName().toString();
        if (!name.startsWith(".")) {
          entries.accept(name);
        }
      }
    } catch (DirectoryIteratorException cause) {
      throw DataException.unreadable(folder, cause.getCause());
    } catch (IOException cause) {
      throw DataException.unreadable(folder, cause);
    }
  }

  private static void requireCount(Path folder, String what, int found, int most) {
    if (found > most) {
      throw new DataException(folder + ": at most " + most + " " + what + " are read, has more");
    }
  }
}
