import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formatMetrics } from '../../recipes/cxo/http/metrics-text.ts';
import { digestOf } from './acknowledged-writer.ts';
import { sendRaw } from './raw-http.ts';
import { putBytes, runningStore } from './running-store.ts';

test('help texts, label values and special numbers are written as the format wants them', () => {
  const text = formatMetrics([
    {
      name: 'a_total',
      type: 'counter',
      help: 'a \\ and\na line',
      samples: [
        { labels: { path: '"quoted"\\\n' }, value: 1 },
        { suffix: '_x', value: Number.POSITIVE_INFINITY },
        { value: Number.NaN },
        { value: Number.NEGATIVE_INFINITY },
      ],
    },
  ]);
  assert.is(
    text,
    '# HELP a_total a \\\\ and\\na line\n# TYPE a_total counter\na_total{path="\\"quoted\\"\\\\\\n"} 1\na_total_x +Inf\na_total NaN\na_total -Inf\n',
  );
});

test('/metrics is valid: each metric once, with help and type before its samples, and buckets that grow', async () => {
  const store = await runningStore();
  const bytes = Buffer.from('counted');
  await putBytes(store.url, digestOf(bytes), bytes);
  await fetch(`${store.url}/objects/${digestOf(bytes)}`);
  const response = await fetch(`${store.url}/metrics`);
  assert.is(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  const text = await response.text();
  const types = new Map<string, string>();
  let current = '';
  for (const line of text.trimEnd().split('\n')) {
    const help = /^# HELP ([a-z_]+) .+$/.exec(line);
    const type = /^# TYPE ([a-z_]+) (counter|gauge|histogram)$/.exec(line);
    const sample = /^([a-z_]+)(\{[a-z0-9]+="[^"\n]*"(,[a-z0-9]+="[^"\n]*")*\})? (\+Inf|[0-9.e+-]+)$/.exec(
      line,
    );
    if (help !== null) {
      current = help[1]!;
      assert.not.ok(types.has(current), `${current} is there twice`);
    } else if (type !== null) {
      assert.is(type[1], current);
      types.set(current, type[2]!);
    } else {
      assert.ok(sample !== null, line);
      assert.is(
        sample[1]!.replace(types.get(current) === 'histogram' ? /_(bucket|sum|count)$/ : /$^/, ''),
        current,
      );
      if (types.get(current) === 'counter') assert.match(current, /_total$/);
    }
  }
  const buckets = [...text.matchAll(/_bucket\{le="[^"]+"\} (\d+)/g)].map((match) => Number(match[1]));
  assert.equal(
    buckets,
    [...buckets].sort((a, b) => a - b),
  );
  assert.match(text, 'cxo_objects 1\n');
  assert.match(text, 'cxo_received_bytes_total 7\n');
  assert.match(text, 'cxo_sent_bytes_total 7\n');
  assert.match(text, 'cxo_http_requests_total{route="/objects/{sha256}",method="PUT",status="201"} 1\n');
  await store.service.stop();
});

test('what clients send does not make metrics grow', async () => {
  const store = await runningStore();
  for (const path of ['/a', '/b', '/objects/x', '/objects/y']) await (await fetch(store.url + path)).text();
  for (const method of ['MKCOL', 'LOCK'])
    await sendRaw(store.port, `${method} /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  const text = await (await fetch(`${store.url}/metrics`)).text();
  assert.match(text, 'cxo_http_requests_total{route="none",method="GET",status="404"} 2\n');
  assert.match(text, 'cxo_http_requests_total{route="none",method="GET",status="400"} 2\n');
  assert.match(text, 'cxo_http_requests_total{route="/health",method="other",status="405"} 2\n');
  await store.service.stop();
});

test.run();
