/** An image as the ImageBuilder's own profiles.json describes it. */
export interface BuiltImage {
  readonly name: string;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** Which of the images that a profile makes: `combined-efi` on armsr, `sdcard` on sunxi. */
export interface ImageChoice {
  readonly type: string;
  readonly fileSystem: 'squashfs' | 'ext4';
}

/**
 * Finds the image of a profile in what was built: the one of the type and with the root file system that are wanted.
 * @param text of the `profiles.json` beside the images
 * @returns the image, or what is wrong, in words
 */
export function findBuiltImage(text: string, profile: string, choice: ImageChoice): BuiltImage | string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return 'the profiles.json beside the images is no JSON';
  }
  const profiles = field(json, 'profiles');
  const built = field(profiles, profile);
  if (built === undefined) {
    const others = typeof profiles === 'object' && profiles !== null ? Object.keys(profiles).sort() : [];
    return `nothing was built for the profile ${profile}${others.length > 0 ? `, but for ${others.join(', ')}` : ''}`;
  }
  const images = field(built, 'images');
  const all = Array.isArray(images) ? images : [];
  const found = all.filter(
    (image) => field(image, 'type') === choice.type && field(image, 'filesystem') === choice.fileSystem,
  );
  if (found.length !== 1) {
    const kinds = all.map((image) => `${String(field(image, 'filesystem'))} ${String(field(image, 'type'))}`);
    return `${found.length} ${choice.fileSystem} images of the type ${choice.type} were built (there are: ${kinds.sort().join(', ') || 'none'})`;
  }
  const [name, sha256] = [field(found[0], 'name'), field(found[0], 'sha256')];
  if (typeof name !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9._+-]*$/.test(name)) return 'the image has no name';
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) return `${name} has no sha256`;
  return { name, sha256 };
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
