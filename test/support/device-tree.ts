/** A node of a flattened device tree (Devicetree Specification 0.4, chapter 5). */
export interface DeviceTreeNode {
  readonly properties: ReadonlyMap<string, Buffer>;
  readonly children: ReadonlyMap<string, DeviceTreeNode>;
}

const magic = 0xd00dfeed;
const token = { begin: 1, end: 2, property: 3, nothing: 4, over: 9 } as const;

/** Bytes of the whole tree, as its header says. */
export function deviceTreeSize(bytes: Buffer): number {
  if (bytes.readUInt32BE(0) !== magic) throw new Error('not a device tree');
  return bytes.readUInt32BE(4);
}

export function readDeviceTree(bytes: Buffer): DeviceTreeNode {
  deviceTreeSize(bytes);
  const strings = bytes.readUInt32BE(12);
  let at = bytes.readUInt32BE(8);
  const word = (): number => {
    at += 4;
    return bytes.readUInt32BE(at - 4);
  };
  const text = (from: number): string => bytes.toString('latin1', from, bytes.indexOf(0, from));
  const node = (): DeviceTreeNode => {
    const properties = new Map<string, Buffer>();
    const children = new Map<string, DeviceTreeNode>();
    for (;;) {
      const kind = word();
      if (kind === token.end) return { properties, children };
      if (kind === token.property) {
        const [length, name] = [word(), word()];
        properties.set(text(strings + name), bytes.subarray(at, at + length));
        at += (length + 3) & ~3;
      } else if (kind === token.begin) {
        const name = text(at);
        at += (name.length + 4) & ~3;
        children.set(name, node());
      } else if (kind !== token.nothing) throw new Error(`a token ${kind} at ${at - 4}`);
    }
  };
  if (word() !== token.begin) throw new Error('it does not begin with a node');
  at += 4;
  return node();
}

/** The node at a path from the root: `/soc/mmc@1c0f000`. */
export function nodeAt(root: DeviceTreeNode, path: string): DeviceTreeNode {
  const names = path.split('/').filter(Boolean);
  return names.reduce((node, name) => {
    const child = node.children.get(name);
    if (child === undefined) throw new Error(`no ${name} of ${path}`);
    return child;
  }, root);
}

/** A property's text, without its end. */
export function textOf(node: DeviceTreeNode, name: string): string | undefined {
  return node.properties.get(name)?.toString('latin1').replace(/\0$/, '');
}

/** A property's number of 32 bits. */
export function numberOf(node: DeviceTreeNode, name: string): number | undefined {
  return node.properties.get(name)?.readUInt32BE(0);
}
