// The library's public names. Placeholder: the parts are being built.
export {};
