/* liblzma as a decoder of .xz with LZMA2, without threads. */
#define HAVE_STDBOOL_H 1
#define HAVE_STDINT_H 1
#define HAVE_INTTYPES_H 1
#define HAVE_DECODERS 1
#define HAVE_DECODER_LZMA2 1
#define HAVE_CHECK_CRC32 1
#define HAVE_CHECK_CRC64 1
#define HAVE_SMALL 1
#define HAVE___BUILTIN_BSWAPXX 1
#define HAVE_VISIBILITY 0
#define PACKAGE_NAME "XZ Utils"
#define PACKAGE_BUGREPORT ""
#define PACKAGE_URL ""
#define ASSUME_RAM 128
#define NDEBUG 1
