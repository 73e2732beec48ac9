const text = { type: 'string', minLength: 1 };
const hash = { type: 'string', pattern: '^[0-9a-f]{64}$' };
const bytes = { type: 'integer', minimum: 1 };

/**
 * What Raspberry Pi Imager's `doc/json-schema/os-list-schema.json` and the notes beside it demand of a list whose entries are images. Stricter
 * where the notes are: a real hash, a date, at least one device for each image, and no address with white space in it.
 */
export const osListSchema = {
  type: 'object',
  required: ['imager', 'os_list'],
  additionalProperties: false,
  properties: {
    imager: {
      type: 'object',
      required: ['devices'],
      additionalProperties: false,
      properties: {
        devices: {
          type: 'array',
          minItems: 1,
          items: {
            type: 'object',
            required: ['name', 'tags', 'icon', 'description', 'matching_type'],
            additionalProperties: false,
            properties: {
              ...{ name: text, icon: text, description: text },
              tags: { type: 'array', items: text },
              matching_type: { enum: ['exclusive', 'inclusive'] },
            },
          },
        },
      },
    },
    os_list: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: [
          'name',
          'description',
          'icon',
          'url',
          'extract_size',
          'extract_sha256',
          'image_download_size',
          'release_date',
          'devices',
        ],
        additionalProperties: false,
        properties: {
          ...{ name: text, description: text, icon: text },
          url: { type: 'string', pattern: '^[^\\s]+$' },
          ...{ extract_size: bytes, image_download_size: bytes },
          ...{ extract_sha256: hash, image_download_sha256: hash },
          release_date: { type: 'string', pattern: '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$' },
          devices: { type: 'array', minItems: 1, uniqueItems: true, items: text },
        },
      },
    },
  },
};
