import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readForwardedPorts } from '../../qemu/forwarded-ports.ts';

const test = suite('forwarded ports as QEMU tells them');

/** Of QEMU 7.2.22. */
const usernet = `Hub -1 (net0):\r
  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\r
  TCP[ESTABLISHED]   12       127.0.0.1 44405       10.0.2.15  8080     0     0\r
  TCP[HOST_FORWARD]   9       127.0.0.1 44405       10.0.2.15  8080     0     0\r
  UDP[HOST_FORWARD]   8       127.0.0.1 52965       10.0.2.15    53     0     0\r
`;

const http = { name: 'http', protocol: 'tcp', guest: 8080, host: 0 } as const;
const dns = { name: 'dns', protocol: 'udp', guest: 53, host: 0 } as const;

test('each forward gets its port, in the order in which they were asked', () => {
  assert.equal(readForwardedPorts(usernet, [dns, http]), [
    { ...dns, host: 52965 },
    { ...http, host: 44405 },
  ]);
});

test('a port that was asked for must be the one', () => {
  assert.equal(readForwardedPorts(usernet, [{ ...http, host: 44405 }]), [{ ...http, host: 44405 }]);
  assert.is(readForwardedPorts(usernet, [{ ...http, host: 8080 }]), null);
});

test('a forward that is not there is not made up', () => {
  assert.is(readForwardedPorts(usernet, [{ ...http, guest: 80 }]), null);
  assert.is(readForwardedPorts(usernet, [{ ...http, guest: 53 }]), null);
  assert.is(readForwardedPorts('', [http]), null);
});

test.run();
