/* No translations: messages stay English. */
#define gettext(text) (text)
#define dgettext(domain, text) (text)
