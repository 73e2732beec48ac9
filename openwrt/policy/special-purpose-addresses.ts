/** A cluster's file is held to them too, so they lie where it is read. */
export {
  martiansIpv4,
  martiansIpv6,
  privateIpv4,
  privateIpv6,
} from '../../builder/recipe/address/special-purpose-addresses.ts';
