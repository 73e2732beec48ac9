import { contentUuid } from './content-uuid.ts';
import type { SbomComponent, SbomPart } from './sbom-component.ts';
import type { SbomFile, SbomImage, SbomPlace } from './sbom-image.ts';

/**
 * A CycloneDX 1.6 document (ECMA-424) of an image. The same image gives the same bytes: its serial number follows from its content and it
 * has no time stamp. `bom-ref`s are package URLs and paths, so that a VEX document can name them from one build to the next.
 */
export function cycloneDx(image: SbomImage): string {
  const refs = new Map(image.components.map((component) => [component.id, refOf(component)]));
  const content = {
    metadata: {
      tools: { components: [{ type: 'application', name: 'boardsmith', version: image.version }] },
      component: {
        'bom-ref': 'image',
        type: 'firmware',
        name: image.unit,
        version: image.date,
        hashes: sha256(image.sha256),
        components: image.places.map(placeComponent),
      },
    },
    components: image.components.map(component),
    dependencies: dependencies(image, refs),
    compositions: [{ aggregate: 'complete', assemblies: ['image'] }],
  };
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${contentUuid(content)}`,
    version: 1,
    ...content,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function component(entry: SbomComponent): Record<string, unknown> {
  const { type, name, version, purl, licence, licenceTexts, parts } = entry;
  return {
    'bom-ref': refOf(entry),
    type,
    name,
    ...(version === '' ? {} : { version }),
    hashes: sha256(entry.sha256),
    licenses: licence === null ? [{ license: { name: 'not declared' } }] : [{ expression: licence }],
    ...(purl === null ? {} : { purl }),
    ...(licenceTexts.length === 0
      ? {}
      : {
          properties: licenceTexts.map((text) => ({
            name: `boardsmith:licence-text:${text.name}`,
            value: `sha256:${text.sha256}`,
          })),
        }),
    ...(parts.length === 0 ? {} : { components: parts.map((part) => partComponent(entry, part)) }),
  };
}

function partComponent(whole: SbomComponent, { name, version, purl }: SbomPart): Record<string, unknown> {
  return { 'bom-ref': partRef(whole, purl), type: 'library', name, version, purl };
}

function placeComponent(place: SbomPlace): Record<string, unknown> {
  return {
    'bom-ref': placeRef(place),
    type: 'file',
    name: place.name,
    ...(place.sha256 === null ? {} : { hashes: sha256(place.sha256) }),
    ...(place.files.length === 0
      ? {}
      : {
          components: place.files.map((file) => ({
            'bom-ref': fileRef(place, file),
            type: 'file',
            name: file.path,
            hashes: sha256(file.sha256),
          })),
        }),
  };
}

/** Image → places → files → components → what is built into them. */
function dependencies(image: SbomImage, refs: ReadonlyMap<string, string>): Record<string, unknown>[] {
  const named = (ids: readonly string[]): string[] => ids.map((id) => refs.get(id)!).sort();
  return [
    { ref: 'image', dependsOn: image.places.map(placeRef) },
    ...image.places.flatMap((place) => [
      {
        ref: placeRef(place),
        dependsOn: [...place.files.map((file) => fileRef(place, file)), ...named(place.components)],
      },
      ...place.files.map((file) => ({ ref: fileRef(place, file), dependsOn: named(file.components) })),
    ]),
    ...image.components.map((entry) => ({
      ref: refOf(entry),
      dependsOn: entry.parts.map(({ purl }) => partRef(entry, purl)),
    })),
  ];
}

function refOf({ purl, id }: SbomComponent): string {
  return purl ?? id;
}

/** Two packages may hold the same version of a library. */
function partRef(whole: SbomComponent, purl: string): string {
  return `${refOf(whole)}|${purl}`;
}

function placeRef({ name }: SbomPlace): string {
  return `part:${name}`;
}

function fileRef({ name }: SbomPlace, { path }: SbomFile): string {
  return `file:${name}:${path}`;
}

function sha256(content: string): Record<string, string>[] {
  return [{ alg: 'SHA-256', content }];
}
