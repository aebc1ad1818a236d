using System.Buffers;

namespace Notify.Providers.Twilio;

/// <summary>
/// Counts the segments of an SMS (3GPP TS 23.038 and TS 23.040). A single segment holds 160 septets of the GSM 7-bit default
/// alphabet, or 70 units of UCS-2 if any character is missing from that alphabet. If the text needs several segments, each holds
/// 153 septets or 67 units, because a header occupies the rest.
/// </summary>
internal static class SmsSegments
{
    /// <summary>The default alphabet (3GPP TS 23.038, section 6.2.1). Each character takes one septet.</summary>
    private const string Basic =
        "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
        + "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

    /// <summary>The extension table (section 6.2.1.1). Each character takes an escape and a septet.</summary>
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

    /// <summary>Fills one segment after another. A character of two units is never split between two segments.</summary>
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
