import type { Change, ImageDifference } from './image-difference.ts';
import type { ImageReport, ReportedComponent, ReportedFile } from './image-report.ts';

/** What two reports have to say of differences, without a look at the bytes. */
export type ReportDifference = Pick<ImageDifference, 'parts' | 'components' | 'settings'> & {
  readonly files: readonly Change<ReportedFile>[];
};

/** Compares two reports. Pure. */
export function compareReports(from: ImageReport, to: ImageReport): ReportDifference {
  return {
    parts: changes(from.parts, to.parts, ({ name }) => name),
    // What a file takes depends on its neighbours, with which it is packed.
    files: changes(from.files, to.files, fileName).filter((change) => !onlyStoredElse(change)),
    components: componentChanges(from.components ?? [], to.components ?? []),
    settings: settingChanges(settings(from), settings(to)),
  };
}

export function fileName({ place, path }: { readonly place: string; readonly path: string }): string {
  return `${place}:${path}`;
}

function changes<Thing>(
  from: readonly Thing[],
  to: readonly Thing[],
  nameOf: (thing: Thing) => string,
): Change<Thing>[] {
  const before = new Map(from.map((thing) => [nameOf(thing), thing]));
  const after = new Map(to.map((thing) => [nameOf(thing), thing]));
  return [...new Set([...before.keys(), ...after.keys()])]
    .sort()
    .map((name) => ({ name, from: before.get(name) ?? null, to: after.get(name) ?? null }))
    .filter((change) => JSON.stringify(change.from) !== JSON.stringify(change.to));
}

function onlyStoredElse({ from, to }: Change<ReportedFile>): boolean {
  return (
    from !== null &&
    to !== null &&
    JSON.stringify({ ...from, stored: 0 }) === JSON.stringify({ ...to, stored: 0 })
  );
}

/** A component of which there is one version before and one after has changed; of several, some came and some went. */
function componentChanges(
  from: readonly ReportedComponent[],
  to: readonly ReportedComponent[],
): Change<ReportedComponent>[] {
  const known = (list: readonly ReportedComponent[], one: ReportedComponent): boolean =>
    list.some((other) => JSON.stringify(other) === JSON.stringify(one));
  const gone = from.filter((one) => !known(to, one));
  const came = to.filter((one) => !known(from, one));
  const only = (list: readonly ReportedComponent[], name: string): ReportedComponent | null => {
    const named = list.filter((one) => one.name === name);
    return named.length === 1 ? named[0]! : null;
  };
  const found = gone.map((one): Change<ReportedComponent> => {
    const successor = only(gone, one.name) === null ? null : only(came, one.name);
    return { name: one.name, from: one, to: successor };
  });
  const taken = new Set(found.map((change) => change.to));
  found.push(
    ...came.filter((one) => !taken.has(one)).map((one) => ({ name: one.name, from: null, to: one })),
  );
  return found.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function settings({ boot, description }: ImageReport): ReadonlyMap<string, string> {
  return new Map([
    ['slot', boot.slot],
    ['kernel', boot.kernelRelease ?? 'unknown'],
    ['command line', boot.commandLine],
    ['modules', boot.modules.join(' ')],
    ...Object.entries(description?.cage ?? {}).map(
      ([name, value]) => [`daemon: ${name}`, JSON.stringify(value)] as const,
    ),
    ...Object.entries(boot.kernelOptions ?? {}),
  ]);
}

function settingChanges(
  from: ReadonlyMap<string, string>,
  to: ReadonlyMap<string, string>,
): ImageDifference['settings'] {
  return [...new Set([...from.keys(), ...to.keys()])]
    .map((name) => ({ name, from: from.get(name) ?? null, to: to.get(name) ?? null }))
    .filter((change) => change.from !== change.to);
}
