import { reason } from "../../errors.js";
import { absent, failed } from "../absent.js";

/** The Nitro Secure Module: one request, one answer, both CBOR. */
export interface NsmDevice {
  /** Throws `TEE_FAILED`. */
  request(message: Uint8Array): Uint8Array;
  close(): void;
}

/** Where the kernel of an enclave puts the module. */
export const NSM_PATH = "/dev/nsm";

/**
 * linux/nsm.h: sizes of the buffers, and NSM_IOCTL_RAW = _IOWR(0x0A, 0, struct nsm_raw), whose 32 bytes are address and length of the request, then
 * of the answer, 8 bytes each. Amazon's earlier driver outside of the kernel has the same number and layout (struct nsm_message, two iovecs).
 */
const REQUEST_SIZE = 0x1000;
const RESPONSE_SIZE = 0x3000;
const RAW_SIZE = 32;
const IOCTL = (3 << 30) | (RAW_SIZE << 16) | (0x0a << 8);
const O_RDWR = 2;

/**
 * Opens the module by the C library's open, ioctl and close: Node has no ioctl. The call blocks, as the module answers within milliseconds and
 * is asked at a start and once in a registration's life; the kernel gives up after two minutes.
 * @param library path of a library with these three functions; default: those that this process has
 * Throws `TEE_ABSENT`.
 */
export async function openNsm(path: string = NSM_PATH, library: string | null = null): Promise<NsmDevice> {
  const { default: koffi } = await import("koffi").catch((cause) => {
    throw absent("nitro", `system calls cannot be made (${reason(cause)})`, "install koffi for this platform", cause);
  });
  const libc = koffi.load(library);
  const open = libc.func("int open(const char *path, int flags, ...)");
  const ioctl = libc.func("int ioctl(int fd, unsigned long request, ...)");
  const close = libc.func("int close(int fd)");
  const error = () => Object.entries(koffi.os.errno).find(([, value]) => value === koffi.errno())?.[0] ?? koffi.errno();

  const fd = open(path, O_RDWR) as number;
  if (fd < 0) {
    throw absent(
      "nitro",
      `${path} cannot be opened (${error()})`,
      "run the worker inside of an enclave (worker/image/README.md), or choose another --tee",
    );
  }
  return {
    request(message) {
      if (message.length > REQUEST_SIZE) throw failed("nitro", `a request of ${message.length} bytes is too long`);
      // Both stay where they are while the call runs: their memory is outside of the collector's.
      const request = Buffer.from(message);
      const response = Buffer.alloc(RESPONSE_SIZE);
      const raw = Buffer.alloc(RAW_SIZE);
      for (const [i, buffer] of [request, response].entries()) {
        raw.writeBigUInt64LE(koffi.address(buffer), 16 * i);
        raw.writeBigUInt64LE(BigInt(buffer.length), 16 * i + 8);
      }
      if (ioctl(fd, IOCTL >>> 0, "void *", raw) !== 0) throw failed("nitro", `ioctl on ${path} failed (${error()})`);
      const length = raw.readBigUInt64LE(24);
      if (length > BigInt(RESPONSE_SIZE))
        throw failed("nitro", `${path} answered ${length} bytes, more than it was given`);
      return new Uint8Array(response.subarray(0, Number(length)));
    },
    close() {
      close(fd);
    },
  };
}
