/** TCP ports of the router's own services: those that IANA names, which dropbear and uhttpd take by default. */
export const managementPorts: Readonly<Record<'ssh' | 'web', number>> = { ssh: 22, web: 443 };
