/** What of a router may be reached for management. Everything is off unless the cluster names it. */
export interface ManagementServices {
  /** SSH with these public keys, one line each as authorized_keys has them; never with a password. */
  readonly ssh: { readonly authorizedKeys: readonly string[] } | null;
  /** A login on the serial console, for root with the unit's password. */
  readonly serialLogin: boolean;
  /** OpenWrt's web interface (uhttpd, rpcd), for root with the unit's password. */
  readonly web: boolean;
  /** A root shell without a password for whoever can press a key or a button while it boots. */
  readonly failsafe: boolean;
}

export const noServices: ManagementServices = {
  ssh: null,
  serialLogin: false,
  web: false,
  failsafe: false,
};

/** A service of OpenWrt's packages: what has it, what starts it, what runs it. */
export interface PackagedService {
  readonly name: 'ssh' | 'web';
  readonly packages: readonly string[];
  /** Names below /etc/init.d. */
  readonly scripts: readonly string[];
  /** Programs that must not be in an image without it. */
  readonly programs: readonly string[];
  readonly reason: string;
}

export const packagedServices: readonly PackagedService[] = [
  {
    name: 'ssh',
    packages: ['dropbear'],
    scripts: ['dropbear'],
    programs: ['/usr/sbin/dropbear'],
    reason: 'dropbear listens on every interface and takes an empty root password',
  },
  {
    name: 'web',
    packages: ['luci', 'luci-ssl', 'rpcd', 'uhttpd'],
    scripts: ['rpcd', 'uhttpd'],
    programs: ['/sbin/rpcd', '/usr/sbin/uhttpd'],
    reason: 'LuCI lets root without a password change the policy over plain HTTP',
  },
];

/** The packaged services that are off. */
export function servicesOff(services: ManagementServices): readonly PackagedService[] {
  const on = { ssh: services.ssh !== null, web: services.web };
  return packagedServices.filter(({ name }) => !on[name]);
}

/** Names below /etc/init.d of what is off, sorted. */
export function disabledScripts(services: ManagementServices): readonly string[] {
  return servicesOff(services)
    .flatMap(({ scripts }) => scripts)
    .sort();
}

/** What to leave out of an image, as PACKAGES takes it (`-dropbear`), sorted. */
export function leftOutPackages(services: ManagementServices): readonly string[] {
  return servicesOff(services)
    .flatMap(({ packages }) => packages.map((name) => `-${name}`))
    .sort();
}
