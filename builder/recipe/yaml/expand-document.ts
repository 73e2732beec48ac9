import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Scalar,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { plainScalarTrouble } from './plain-scalar.ts';
import { type KeyPlace, type Path, type Place, pointerOf } from './position.ts';

/** A mistake at an offset of the text. */
export interface OffsetProblem {
  readonly offset: number;
  readonly usedAt: number | null;
  readonly rule: string;
  readonly message: string;
  readonly remedy: string;
}

export interface ExpandedDocument {
  /** Plain data; aliases are replaced by what they stand for. */
  readonly value: unknown;
  /** JSON Pointer → where it stands. */
  readonly places: ReadonlyMap<string, Place>;
  readonly problems: readonly OffsetProblem[];
  /** Pointers of values that have a problem already: nothing further is said of them. */
  readonly faulty: ReadonlySet<string>;
  /** False if it was given up as too large: `value` then means nothing. */
  readonly complete: boolean;
}

/** Aliases of aliases grow without bound; no recipe has nearly as many values. */
const mostValues = 10_000;

/**
 * Plain data out of a parsed document, with the position of every value and key. Refuses what YAML allows and a recipe has no use for:
 * tags, merge keys, keys that are not text, values that YAML 1.1 and 1.2 read differently, circular aliases.
 */
export function expandDocument(document: Document): ExpandedDocument {
  return new Expansion(document).run();
}

class Expansion {
  readonly #document: Document;
  readonly #places = new Map<string, Place>();
  readonly #problems: OffsetProblem[] = [];
  readonly #faulty = new Set<string>();
  readonly #targets: ReadonlyMap<Alias, Node>;
  /** Anchored nodes that are being expanded through an alias, or contain what is. */
  readonly #open = new Set<Node>();
  #usedAt: number | null = null;
  #count = 0;

  constructor(document: Document) {
    this.#document = document;
    this.#targets = aliasTargets(document);
  }

  run(): ExpandedDocument {
    const value = this.#expand(this.#document.contents as Node | null, [], 0, null);
    return {
      value,
      places: this.#places,
      problems: this.#problems,
      faulty: this.#faulty,
      complete: this.#count <= mostValues,
    };
  }

  /** @param empty offset to name where a value is missing */
  #expand(node: Node | null, path: Path, empty: number, key: KeyPlace | null): unknown {
    const offset = node?.range?.[0] ?? empty;
    this.#places.set(pointerOf(path), { value: offset, usedAt: this.#usedAt, key });
    this.#count += 1;
    if (this.#count === mostValues + 1) {
      this.#refuse(
        path,
        offset,
        'yaml-too-many-values',
        `more than ${mostValues} values`,
        'use fewer aliases',
      );
    }
    if (this.#count > mostValues || node === null) return null;
    if (node.tag !== undefined) {
      this.#refuse(path, offset, 'yaml-tag', `the tag ${node.tag}`, 'remove it; a recipe needs no tags');
      return null;
    }
    if (isAlias(node)) return this.#expandAlias(node, path, offset, key);
    if (this.#open.has(node)) {
      this.#refuse(
        path,
        offset,
        'yaml-circular-alias',
        'a value that contains itself',
        'remove the alias inside it',
      );
      return null;
    }
    this.#open.add(node);
    const value = this.#expandContent(node, path, offset);
    this.#open.delete(node);
    return value;
  }

  #expandContent(node: Node, path: Path, offset: number): unknown {
    if (isMap(node)) return this.#expandMap(node, path, offset);
    if (isSeq(node)) return this.#expandList(node, path, offset);
    return this.#expandScalar(node as Scalar, path, offset);
  }

  #expandAlias(alias: Alias, path: Path, offset: number, key: KeyPlace | null): unknown {
    const target = this.#targets.get(alias);
    if (target === undefined) {
      const remedy = `write &${alias.source} before a value further up, or put the text in quotes`;
      this.#refuse(
        path,
        offset,
        'yaml-unknown-alias',
        `there is no anchor &${alias.source} before it`,
        remedy,
      );
      return null;
    }
    const before = this.#usedAt;
    // The outermost alias is the one that a person sees where the value is used.
    this.#usedAt ??= offset;
    const value = this.#expand(target, path, offset, key);
    this.#usedAt = before;
    return value;
  }

  #expandMap(map: YAMLMap, path: Path, offset: number): unknown {
    const entries = new Map<string, unknown>();
    for (const pair of map.items as Pair<Node | null, Node | null>[]) {
      const keyOffset = pair.key?.range?.[0] ?? offset;
      const name = this.#keyText(pair.key, path, keyOffset);
      // Of equal keys the first one counts, with its position; the parser has refused the others.
      if (name === null || entries.has(name)) continue;
      const end = pair.key?.range?.[1] ?? keyOffset;
      const value = this.#expand(pair.value, [...path, name], end, {
        offset: keyOffset,
        usedAt: this.#usedAt,
      });
      entries.set(name, value);
    }
    // Object.fromEntries makes even `__proto__` a property like any other.
    return Object.fromEntries(entries);
  }

  #keyText(key: Node | null, path: Path, offset: number): string | null {
    const text = isScalar(key) && key.tag === undefined && typeof key.value === 'string' ? key.value : null;
    if (text === null) {
      this.#refuse(
        [...path, '?'],
        offset,
        'yaml-key-not-text',
        'a key that is not text',
        'put the key in quotes',
      );
    } else if (text === '<<') {
      const remedy = 'write the fields out; YAML 1.2 has no merge keys';
      this.#refuse([...path, text], offset, 'yaml-merge-key', 'the merge key <<', remedy);
      return null;
    }
    return text;
  }

  #expandList(list: YAMLSeq, path: Path, offset: number): unknown {
    return (list.items as (Node | null)[]).map((item, index) =>
      this.#expand(item, [...path, index], offset, null),
    );
  }

  #expandScalar(scalar: Scalar, path: Path, offset: number): unknown {
    const trouble = scalar.type === 'PLAIN' ? plainScalarTrouble(scalar.source ?? '', scalar.value) : null;
    if (trouble !== null) this.#refuse(path, offset, 'yaml-unclear-value', trouble.message, trouble.remedy);
    return scalar.value;
  }

  #refuse(path: Path, offset: number, rule: string, message: string, remedy: string): void {
    this.#faulty.add(pointerOf(path));
    this.#problems.push({ offset, usedAt: this.#usedAt, rule, message, remedy });
  }
}

/** An alias means the nearest anchor of its name before it. One walk, so that many aliases cost no more than few. */
function aliasTargets(document: Document): Map<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Node(_key, node) {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target !== undefined) targets.set(node, target);
      } else if (node.anchor !== undefined) {
        anchors.set(node.anchor, node as Node);
      }
    },
  });
  return targets;
}
