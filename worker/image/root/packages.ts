/** A package of package-lock.json (lockfileVersion 3), as far as it matters here. */
export interface LockedPackage {
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { optional?: boolean }>>;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
}

export type Lock = Readonly<Record<string, LockedPackage>>;

/** What an image runs on. */
export interface Platform {
  readonly os: string;
  readonly cpu: string;
  readonly libc: string;
}

/**
 * Directories of all packages that the one at `root` needs when it runs on a platform, sorted, itself and links included: what npm would install
 * without development dependencies, without optional peers, and without types.
 */
export function packagesOf(lock: Lock, root: string, platform: Platform): string[] {
  const found = new Set<string>();
  const queue = [root];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const each = lock[path];
    if (each === undefined) throw new Error(`package-lock.json has no ${path}: run npm install`);
    if (found.has(path) || !runsOn(each, platform)) continue;
    found.add(path);
    if (each.link === true) {
      queue.push(each.resolved ?? "");
      continue;
    }
    for (const [name, isOptional] of needs(each)) {
      const at = resolve(lock, path, name);
      if (at !== undefined) queue.push(at);
      else if (!isOptional) throw new Error(`package-lock.json has no ${name}, which ${path} needs`);
    }
  }
  return [...found].sort();
}

function needs(each: LockedPackage): [string, boolean][] {
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = each;
  const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true);
  const names: [string, boolean][] = [
    ...Object.keys(dependencies).map((name): [string, boolean] => [name, false]),
    ...Object.keys(optionalDependencies).map((name): [string, boolean] => [name, true]),
    // npm installs without a peer when --legacy-peer-deps says so; at run time it is like any other.
    ...peers.map((name): [string, boolean] => [name, false]),
  ];
  return names.filter(([name]) => !name.startsWith("@types/"));
}

/** Where Node finds a package from another: the nearest node_modules upwards. */
function resolve(lock: Lock, from: string, name: string): string | undefined {
  for (let at: string | undefined = from; at !== undefined; at = parent(at)) {
    const path = at === "" ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (path in lock) return path;
  }
  return undefined;
}

function parent(path: string): string | undefined {
  if (path === "") return undefined;
  const at = path.lastIndexOf("/node_modules/");
  return at === -1 ? "" : path.slice(0, at);
}

function runsOn({ os, cpu, libc }: LockedPackage, platform: Platform): boolean {
  const allows = (list: readonly string[] | undefined, value: string) => list === undefined || list.includes(value);
  return allows(os, platform.os) && allows(cpu, platform.cpu) && allows(libc, platform.libc);
}
