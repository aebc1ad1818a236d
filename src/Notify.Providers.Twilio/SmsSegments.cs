using System.Buffers;

namespace Notify.Providers.Twilio;

/// <summary>
/// How many segments an SMS takes (3GPP TS 23.038 and TS 23.040): 160 septets of the GSM 7-bit default alphabet, or 70 units of
/// UCS-2 as soon as one character lacks from it; 153 or 67 in each of several, whose header takes the rest.
/// </summary>
internal static class SmsSegments
{
    /// <summary>The default alphabet (3GPP TS 23.038 section 6.2.1), one septet each.</summary>
    private const string Basic =
        "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
        + "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

    /// <summary>The extension table (section 6.2.1.1), an escape and a septet each.</summary>
    private const string Extension = "\f^{}\\[~]|€";

    private static readonly SearchValues<char> Gsm = SearchValues.Create(Basic + Extension);
    private static readonly SearchValues<char> TwoSeptets = SearchValues.Create(Extension);

    public static int Count(ReadOnlySpan<char> text) => text.ContainsAnyExcept(Gsm) ? CountUcs2(text) : CountGsm(text);

    private static int CountGsm(ReadOnlySpan<char> text)
    {
        var packing = new Packing(Single: 160, Several: 153);
        foreach (var character in text)
            packing.Add(TwoSeptets.Contains(character) ? 2 : 1);
        return packing.Segments;
    }

    private static int CountUcs2(ReadOnlySpan<char> text)
    {
        var packing = new Packing(Single: 70, Several: 67);
        foreach (var rune in text.EnumerateRunes())
            packing.Add(rune.Utf16SequenceLength);
        return packing.Segments;
    }

    /// <summary>Fills segments one after the other. What is two units long is never split over two of them.</summary>
    private record struct Packing(int Single, int Several)
    {
        private int _total;
        private int _full;
        private int _used;

        public readonly int Segments => _total <= Single ? 1 : _full + 1;

        public void Add(int units)
        {
            _total += units;
            if (_used + units > Several)
                (_full, _used) = (_full + 1, 0);
            _used += units;
        }
    }
}
