using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace Notify.Providers.Fcm;

/// <summary>Writes the kinds of members that the blocks of a message share, without allocating strings.</summary>
internal static class FcmJsonWriterExtensions
{
    /// <summary>The longest text: the digits of a long, its sign and a unit.</summary>
    private const int MaxLength = 24;

    public static void WriteIfSet(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }

    /// <summary>Writes a number as a JSON string, as header fields require.</summary>
    public static void WriteText(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, long value, string unit = "")
    {
        Span<byte> text = stackalloc byte[MaxLength];
        Utf8.TryWrite(text, CultureInfo.InvariantCulture, $"{value}{unit}", out var length);
        writer.WriteString(name, text[..length]);
    }
}
