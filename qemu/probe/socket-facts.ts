/** One socket that the guest's network could reach or that reads its packets, from /proc/net. */
export interface SocketFacts {
  readonly table: SocketTable;
  /** Local address in the kernel's hex notation; empty for packet sockets. */
  readonly address: string;
  /** Port; protocol for raw and packet sockets. */
  readonly port: number;
  readonly uid: number;
  readonly inode: number;
  /** True for TCP that accepts connections and for UDP that takes datagrams from anybody. */
  readonly open: boolean;
}

export const socketTables = [
  'tcp',
  'tcp6',
  'udp',
  'udp6',
  'udplite',
  'udplite6',
  'raw',
  'raw6',
  'packet',
] as const;
export type SocketTable = (typeof socketTables)[number];

/** State numbers of include/net/tcp_states.h; UDP and raw sockets without a peer are in CLOSE. */
const listen = 0x0a;
const closed = 0x07;

/**
 * @param text content of /proc/net/<table>
 * @throws RangeError for a line that is none of the table
 */
export function parseSockets(table: SocketTable, text: string): SocketFacts[] {
  const rows = text
    .split('\n')
    .slice(1)
    .filter((line) => line.trim() !== '');
  return rows.map((row) => {
    const columns = row.trim().split(/\s+/);
    return table === 'packet' ? packetSocket(columns) : internetSocket(table, columns);
  });
}

/** `sl local remote st tx:rx tr:when retrnsmt uid timeout inode …` (Documentation/networking/proc_net_tcp.rst). */
function internetSocket(table: SocketTable, columns: readonly string[]): SocketFacts {
  const [address, port] = (columns[1] ?? '').split(':');
  const state = Number.parseInt(columns[3] ?? '', 16);
  if (address === undefined || port === undefined || Number.isNaN(state) || columns.length < 10) {
    throw new RangeError(`no socket of /proc/net/${table}: ${columns.join(' ')}`);
  }
  return {
    table,
    address,
    port: Number.parseInt(port, 16),
    uid: Number(columns[7]),
    inode: Number(columns[9]),
    open: state === (table.startsWith('tcp') ? listen : closed),
  };
}

/** `sk RefCnt Type Proto Iface R Rmem User Inode` (net/packet/af_packet.c, packet_seq_show). */
function packetSocket(columns: readonly string[]): SocketFacts {
  if (columns.length < 9) throw new RangeError(`no socket of /proc/net/packet: ${columns.join(' ')}`);
  return {
    table: 'packet',
    address: '',
    port: Number.parseInt(columns[3]!, 16),
    uid: Number(columns[7]),
    inode: Number(columns[8]),
    open: true,
  };
}
