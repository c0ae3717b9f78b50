// Pins the base images of the Dockerfile by digest: `node worker/image/lock.ts` asks their registry and writes images.lock.json, `--arguments` prints
// what docker build takes of it. See README.md.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const DOCKERFILE = fileURLToPath(new URL("Dockerfile", import.meta.url));
const LOCK = fileURLToPath(new URL("images.lock.json", import.meta.url));
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Digests by image name with tag. */
export type ImageLock = Readonly<Record<string, string>>;

/** Base images of a Dockerfile, by the build argument that names each. Throws for one without a version. */
export function baseImages(dockerfile: string): Record<string, string> {
  const named = Object.fromEntries(
    [...dockerfile.matchAll(/^ARG ([A-Z]+_IMAGE)=(\S+)$/gm)].map(([, name = "", image = ""]) => [name, image]),
  );
  for (const [, from = ""] of dockerfile.matchAll(/^FROM (\S+)/gm)) {
    const argument = /^\$\{([A-Z]+_IMAGE)\}$/.exec(from)?.[1];
    if (from !== "scratch" && (argument === undefined || named[argument] === undefined)) {
      throw new Error(`FROM ${from} is no image that an ARG of the Dockerfile names`);
    }
  }
  for (const image of Object.values(named)) {
    if (!/^[\w.-]+(?:\/[\w.-]+)*:[\w.-]*\d+\.\d+\.\d+[\w.-]*$/.test(image))
      throw new Error(`${image} names no version`);
  }
  return named;
}

/** Arguments of docker build which name every base image by its digest. Throws for one that the lock does not have. */
export function buildArguments(images: Readonly<Record<string, string>>, lock: ImageLock): string[] {
  return Object.entries(images).flatMap(([name, image]) => {
    const digest = lock[image];
    if (digest === undefined || !DIGEST.test(digest)) {
      throw new Error(
        `images.lock.json has no digest of ${image}: run node worker/image/lock.ts, and commit what it writes`,
      );
    }
    return ["--build-arg", `${name}=${image}@${digest}`];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const images = baseImages(readFileSync(DOCKERFILE, "utf8"));
  if (process.argv.includes("--arguments")) {
    const lock = existsSync(LOCK) ? (JSON.parse(readFileSync(LOCK, "utf8")) as ImageLock) : {};
    console.log(buildArguments(images, lock).join(" "));
  } else {
    const inspect = (image: string) =>
      execFileSync("docker", ["buildx", "imagetools", "inspect", "--format", "{{.Manifest.Digest}}", image], {
        encoding: "utf8",
      }).trim();
    const lock = Object.fromEntries(Object.values(images).map((image) => [image, inspect(image)]));
    buildArguments(images, lock);
    writeFileSync(LOCK, `${JSON.stringify(lock, undefined, 2)}\n`);
    console.log(`wrote ${LOCK}`);
  }
}
