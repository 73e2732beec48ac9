import { parseAddress, parseNetwork } from '../../../builder/recipe/address/ip-network.ts';
import { macPattern } from '../../../builder/recipe/address/mac-address.ts';

declare const brand: unique symbol;

/** A text that a constructor below has looked at: no other text can stand where one is asked for. */
export type Branded<Name extends string> = string & { readonly [brand]: Name };

export type ZoneName = Branded<'zone'>;
export type RuleName = Branded<'rule'>;
export type DeviceName = Branded<'device'>;
export type MacAddress = Branded<'mac'>;
export type HostAddress = Branded<'address'>;
export type NetworkAddress = Branded<'network'>;
export type PortText = Branded<'ports'>;
export type HostName = Branded<'host'>;
export type UserName = Branded<'user'>;

/** firewall4 makes chains of it (`reject_from_NAME`), and nft defines (`NAME_devices`), in which a hyphen is a minus. */
export function zoneName(text: string): ZoneName {
  return checked(text, /^[a-z][a-z0-9_]{0,47}$/, 'a name of a zone');
}

/** It becomes a comment in nft, which refuses a whole ruleset for one of about 120 bytes with what firewall4 puts around it. */
export function ruleName(text: string): RuleName {
  return checked(text, /^[A-Za-z0-9_ -]{1,100}$/, 'a name of a rule');
}

/** No wildcard: `eth+` would be every device of the kind. */
export function deviceName(text: string): DeviceName {
  return checked(text, /^[a-z][a-z0-9.-]{0,14}$/, 'a device');
}

export function macAddress(text: string): MacAddress {
  return checked(text, new RegExp(macPattern), 'a MAC address');
}

/** One machine. A name of a network would be resolved by firewall4, and its restriction vanish where it has no address. */
export function hostAddress(text: string): HostAddress {
  if (parseAddress(text) === null) throw wrong(text, 'an IP address');
  return text as HostAddress;
}

export function networkAddress(text: string): NetworkAddress {
  if (parseNetwork(text) === null) throw wrong(text, 'a network');
  return text as NetworkAddress;
}

/** `80` or `8000-8010`; both ends included. */
export function portText(first: number, last: number = first): PortText {
  const sound = [first, last].every((port) => Number.isInteger(port) && port >= 1 && port <= 65535);
  if (!sound || first > last) throw wrong(`${first}-${last}`, 'ports');
  return (first === last ? `${first}` : `${first}-${last}`) as PortText;
}

export function hostName(text: string): HostName {
  return checked(text, /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'a DNS label');
}

/** What UCI can quote without escaping. */
export function userName(text: string): UserName {
  return checked(text, /^[!#-&(-[\]-~]{1,100}$/, 'a user name');
}

function checked<Name extends string>(text: string, pattern: RegExp, what: string): Branded<Name> {
  if (typeof text !== 'string' || !pattern.test(text)) throw wrong(text, what);
  return text as Branded<Name>;
}

/** A bug of the compiler, not of a person: rules of the cluster's file have looked at all of it. */
function wrong(text: string, what: string): RangeError {
  return new RangeError(`${JSON.stringify(text)} is not ${what}`);
}
