using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace Notify.Providers.Fcm;

/// <summary>What the blocks of a message have in common, written without a string in between.</summary>
internal static class FcmJsonWriterExtensions
{
    /// <summary>Digits of a long, its sign and a unit.</summary>
    private const int MaxLength = 24;

    public static void WriteIfSet(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }

    /// <summary>A number as text, which is how headers want it.</summary>
    public static void WriteText(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, long value, string unit = "")
    {
        Span<byte> text = stackalloc byte[MaxLength];
        Utf8.TryWrite(text, CultureInfo.InvariantCulture, $"{value}{unit}", out var length);
        writer.WriteString(name, text[..length]);
    }
}
