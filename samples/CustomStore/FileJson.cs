using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Notify.Storage.Toolkit;

namespace Notify.Storage.Files;

/// <summary>
/// The JSON of the files. Triggers, contents, users and templates have the form that every store keeps: see
/// <see cref="StoredForm"/>.
/// </summary>
internal static class FileJson
{
    public static JsonSerializerOptions Options { get; } =
        new()
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            IgnoreReadOnlyProperties = true,
            // A trigger's data may be nested as deep as the default allows, and it is itself nested in the file.
            MaxDepth = 128,
            Converters =
            {
                new StoredFormConverter<Trigger>(StoredForm.WriteTrigger, StoredForm.ReadTrigger),
                new StoredFormConverter<UserRecord>(StoredForm.WriteUserRecord, StoredForm.ReadUserRecord),
                new StoredFormConverter<Template>(StoredForm.WriteTemplate, StoredForm.ReadTemplate),
                new NotificationConverter(),
                new RecipientConverter(),
            },
        };

    private sealed class StoredFormConverter<T>(Func<T, byte[]> write, Func<ReadOnlySpan<byte>, T> read) : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            read(JsonMarshal.GetRawUtf8Value(JsonElement.ParseValue(ref reader)));

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WriteRawValue(write(value), skipInputValidation: true);
    }

    private sealed class NotificationConverter : JsonConverter<Notification>
    {
        public override Notification Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var json = JsonElement.ParseValue(ref reader);
            var contents = StoredForm.ReadContents(JsonMarshal.GetRawUtf8Value(json.GetProperty("contents")));
            return new Notification
            {
                Id = json.GetProperty("id").GetGuid(),
                AcceptedAt = json.GetProperty("acceptedAt").GetDateTimeOffset(),
                ExpiresAt = json.GetProperty("expiresAt").GetDateTimeOffset(),
                Trigger = StoredForm.ReadTrigger(JsonMarshal.GetRawUtf8Value(json.GetProperty("trigger"))),
                Contents = contents.Variants,
                TraceParent = contents.TraceParent,
                TemplateVersion = contents.TemplateVersion,
            };
        }

        public override void Write(Utf8JsonWriter writer, Notification value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteString("id", value.Id);
            writer.WriteString("acceptedAt", value.AcceptedAt);
            writer.WriteString("expiresAt", value.ExpiresAt);
            writer.WritePropertyName("trigger");
            writer.WriteRawValue(StoredForm.WriteTrigger(value.Trigger), skipInputValidation: true);
            writer.WritePropertyName("contents");
            writer.WriteRawValue(StoredForm.WriteContents(value), skipInputValidation: true);
            writer.WriteEndObject();
        }
    }

    // A list of recipients can be written as JSON, and one recipient is a list of one.
    private sealed class RecipientConverter : JsonConverter<Recipient>
    {
        public override Recipient Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            JsonSerializer.Deserialize<RecipientList>(ref reader, options)![0];

        public override void Write(Utf8JsonWriter writer, Recipient value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize<RecipientList>(writer, value, options);
    }
}
