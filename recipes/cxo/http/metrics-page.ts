import { answerText, type Exchange, type Service } from './exchange.ts';
import { durationBounds, type HttpCounters } from './http-counters.ts';
import { formatMetrics, type Metric, metricsContentType, type Sample } from './metrics-text.ts';

/** GET /metrics: everything that is counted, for Prometheus. */
export async function showMetrics(service: Service, exchange: Exchange): Promise<void> {
  const { store, scrubber, counters } = service;
  const stored = await store.statistics();
  const metrics: Metric[] = [
    gauge('cxo_objects', 'Objects stored.', stored.objects),
    gauge('cxo_object_bytes', 'Bytes of all objects stored.', stored.object_bytes),
    gauge('cxo_disk_bytes', 'Bytes of the disk that objects and quarantine take.', stored.disk_bytes),
    gauge('cxo_reserved_bytes', 'Bytes of the disk set aside for uploads under way.', stored.reserved_bytes),
    gauge(
      'cxo_quota_bytes',
      'Most bytes of the disk to use; +Inf: no quota.',
      stored.quota_bytes ?? Infinity,
    ),
    gauge('cxo_free_bytes', 'Bytes of the disk that are free.', stored.free_bytes),
    gauge('cxo_quarantined_files', 'Damaged files kept in quarantine.', stored.quarantined_files),
    counter('cxo_corruptions_total', 'Damaged objects found since the start.', stored.corruptions_found),
    counter('cxo_scrubbed_bytes_total', 'Bytes verified in the background.', scrubber.bytes),
    counter(
      'cxo_scrub_passes_total',
      'Times that all objects were verified in the background.',
      scrubber.passes,
    ),
    counter('cxo_received_bytes_total', 'Bytes of bodies received.', counters.receivedBytes),
    counter('cxo_sent_bytes_total', 'Bytes of objects sent.', counters.sentBytes),
    gauge('cxo_connections', 'Open connections.', counters.connections),
    counter(
      'cxo_connections_refused_total',
      'Connections refused because there were too many.',
      counters.refusedConnections,
    ),
    counter(
      'cxo_malformed_requests_total',
      'Requests that were no HTTP, or too slow with their header.',
      counters.malformedRequests,
    ),
    counter('cxo_aborted_requests_total', 'Requests whose connection ended before them.', counters.aborted),
    { ...counter('cxo_http_requests_total', 'Requests answered.', 0), samples: requestSamples(counters) },
    durations(counters),
    gauge('process_resident_memory_bytes', 'Resident memory of the daemon.', process.memoryUsage.rss()),
    gauge(
      'process_start_time_seconds',
      'Start of the daemon, as Unix time.',
      Math.round(performance.timeOrigin) / 1000,
    ),
  ];
  answerText(exchange, 200, formatMetrics(metrics), { 'Content-Type': metricsContentType });
}

function gauge(name: string, help: string, value: number): Metric {
  return { name, type: 'gauge', help, samples: [{ value }] };
}

function counter(name: string, help: string, value: number): Metric {
  return { name, type: 'counter', help, samples: [{ value }] };
}

function requestSamples(counters: HttpCounters): Sample[] {
  return [...counters.requests].map(([key, value]) => {
    const [route = '', method = '', status = ''] = key.split(' ');
    return { labels: { route, method, status }, value };
  });
}

function durations(counters: HttpCounters): Metric {
  const bounds = [...durationBounds.map(String), '+Inf'];
  const counts = [...counters.durations, counters.durationCount];
  return {
    name: 'cxo_http_request_duration_seconds',
    type: 'histogram',
    help: 'Time from a request to the end of its answer.',
    samples: [
      ...bounds.map((le, index) => ({ suffix: '_bucket', labels: { le }, value: counts[index]! })),
      { suffix: '_sum', value: counters.durationSum },
      { suffix: '_count', value: counters.durationCount },
    ],
  };
}
