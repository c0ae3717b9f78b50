import { type ChildProcess, spawn } from "node:child_process";

/** Keeps the processes that are named to it, and ends them when its input ends. */
const KEEPER = `
pids=" "
while read -r verb pid; do
  case $verb in
    add) pids="$pids$pid " ;;
    drop) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
for pid in $pids; do kill -9 "$pid"; done`;

let keeper: ChildProcess | undefined;

/**
 * Ends a child process when this one ends, however: also by `kill -9`, at which no handler runs. The pipe to a shell ends then, and only
 * then.
 */
export function leash<T extends ChildProcess>(child: T): T {
  const { pid } = child;
  if (pid === undefined) return child;
  keeper ??= startKeeper();
  const { stdin } = keeper;
  stdin?.write(`add ${pid}\n`);
  // The number may be another process's later.
  child.once("exit", () => stdin?.write(`drop ${pid}\n`));
  return child;
}

function startKeeper(): ChildProcess {
  // In a group of its own: Ctrl-C ends this process, and not the keeper before it.
  const started = spawn("sh", ["-c", KEEPER], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  // A keeper that is gone keeps nobody; what is kept still ends when it is told to.
  started.stdin?.on("error", () => undefined);
  started.unref();
  (started.stdin as unknown as { unref(): void } | null)?.unref();
  return started;
}
