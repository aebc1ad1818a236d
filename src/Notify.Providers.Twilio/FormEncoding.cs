using System.Buffers;

namespace Notify.Providers.Twilio;

/// <summary>Encodes values as <c>application/x-www-form-urlencoded</c> (WHATWG URL, section 5.2).</summary>
internal static class FormEncoding
{
    /// <summary>A UTF-16 code unit becomes at most three bytes of UTF-8, and each of them at most <c>%XX</c>.</summary>
    private const int MaxBytesPerChar = 9;

    public static void Write(IBufferWriter<byte> form, ReadOnlySpan<char> value)
    {
        var target = form.GetSpan(value.Length * MaxBytesPerChar);
        var written = 0;
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in value.EnumerateRunes())
        {
            foreach (var one in utf8[..rune.EncodeToUtf8(utf8)])
                written += Write(target[written..], one);
        }

        form.Advance(written);
    }

    private static int Write(Span<byte> target, byte one)
    {
        if (char.IsAsciiLetterOrDigit((char)one) || one is (byte)'-' or (byte)'_' or (byte)'.' or (byte)'*')
        {
            target[0] = one;
            return 1;
        }

        if (one == (byte)' ')
        {
            target[0] = (byte)'+';
            return 1;
        }

        target[0] = (byte)'%';
        target[1] = HexDigit(one >> 4);
        target[2] = HexDigit(one & 0xf);
        return 3;
    }

    private static byte HexDigit(int value) => "0123456789ABCDEF"u8[value];
}
