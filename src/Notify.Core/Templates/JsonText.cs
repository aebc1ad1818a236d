using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Fluid.Values;

namespace Notify.Core.Templates;

/// <summary>Writes values as JSON.</summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(FluidValue value)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, Relaxed))
            Write(writer, value);
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    private static void Write(Utf8JsonWriter writer, FluidValue value)
    {
        switch (value)
        {
            case DataObject data:
                data.Element.WriteTo(writer);
                break;
            case ArrayValue array:
                writer.WriteStartArray();
                foreach (var item in array.Values)
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            case NumberValue or WrittenNumber:
                writer.WriteRawValue(value.ToStringValue());
                break;
            case BooleanValue flag:
                writer.WriteBooleanValue(flag.ToBooleanValue());
                break;
            case DateTimeValue date:
                writer.WriteStringValue(((DateTimeOffset)date.ToObjectValue()).ToString("O", CultureInfo.InvariantCulture));
                break;
            case { Type: FluidValues.Nil } and not MissingValue:
                writer.WriteNullValue();
                break;
            default:
                writer.WriteStringValue(value.ToStringValue());
                break;
        }
    }
}
