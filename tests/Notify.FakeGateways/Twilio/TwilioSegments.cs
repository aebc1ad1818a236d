namespace Notify.FakeGateways.Twilio;

/// <summary>
/// Counts a text's segments by building them: 3GPP TS 23.038 for the encoding, and TS 23.040 for the header that joins them.
/// </summary>
public static class TwilioSegments
{
    private static readonly string[] BasicRows =
    [
        "@£$¥èéùìòÇ\nØø\rÅå",
        "Δ_ΦΓΛΩΠΨΣΘΞ",
        "ÆæßÉ",
        " !\"#¤%&'()*+,-./",
        "0123456789:;<=>?",
        "¡ABCDEFGHIJKLMNO",
        "PQRSTUVWXYZÄÖÑÜ§",
        "¿abcdefghijklmno",
        "pqrstuvwxyzäöñüà",
    ];

    private static readonly HashSet<char> Basic = [.. string.Concat(BasicRows)];
    private static readonly HashSet<char> Extension = ['\f', '^', '{', '}', '\\', '[', '~', ']', '|', '€'];

    public static int Count(string text)
    {
        var isGsm = text.All(character => Basic.Contains(character) || Extension.Contains(character));
        List<int> units = isGsm
            ? [.. text.Select(character => Extension.Contains(character) ? 2 : 1)]
            : [.. text.EnumerateRunes().Select(rune => rune.Utf16SequenceLength)];
        return units.Sum() <= (isGsm ? 160 : 70) ? 1 : Split(units, isGsm ? 153 : 67).Count;
    }

    private static List<List<int>> Split(List<int> units, int size)
    {
        var segments = new List<List<int>> { new() };
        foreach (var unit in units)
        {
            if (segments[^1].Sum() + unit > size)
                segments.Add([]);
            segments[^1].Add(unit);
        }

        return segments;
    }
}
