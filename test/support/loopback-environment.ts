/** This process's environment with every registry replaced by one at `address`. */
export function loopbackEnvironment(address: string): Record<string, string | undefined> {
  return {
    ...process.env,
    BOARDSMITH_DEBIAN_MIRROR: `${address}/debian`,
    BOARDSMITH_DEBIAN_SECURITY_MIRROR: 'none',
    npm_config_registry: `${address}/npm/`,
    PIP_INDEX_URL: `${address}/simple/`,
    no_proxy: '127.0.0.1',
    NO_PROXY: '127.0.0.1',
  };
}
