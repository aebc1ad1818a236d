using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Notify.Providers.Http;

namespace Notify.Providers.Apns;

/// <summary>Writes the JSON payload of a notification (Apple, "Generating a remote notification").</summary>
internal static class ApnsPayload
{
    public const string Aps = "aps";
    private const string Link = "link";
    private const string Image = "image";

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    // The payload is limited in bytes and never becomes part of HTML, so characters are not escaped without need.
    private static readonly JsonWriterOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>Writes the payload.</summary>
    /// <param name="content">The content to send.</param>
    /// <param name="pushType">The push type, one of the constants of <see cref="PushType"/>.</param>
    /// <param name="overrides">The object to merge into the payload, or null.</param>
    public static PooledContent Write(Content content, string pushType, JsonElement? overrides)
    {
        var payload = new PooledContent(Json);
        using var writer = new Utf8JsonWriter(payload, Plain);
        if (overrides is { } patch)
            WriteMerged(writer, content, pushType, patch);
        else
            WriteOwn(writer, content, pushType);
        return payload;
    }

    private static void WriteMerged(Utf8JsonWriter writer, Content content, string pushType, JsonElement patch) =>
        JsonMergePatch.Write(writer, own => WriteOwn(own, content, pushType), patch);

    private static void WriteOwn(Utf8JsonWriter writer, Content content, string pushType)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("aps"u8);
        if (content.Push is not { IsSilent: true } silent)
            WriteVisible(writer, content);
        else
            WriteSilent(writer, silent, pushType);
        writer.WriteEndObject();
        WriteCustom(writer, content);
        writer.WriteEndObject();
    }

    // Apple does not combine content-available with alert, badge or sound ("Pushing background updates to your App").
    private static void WriteSilent(Utf8JsonWriter writer, PushContent push, string pushType)
    {
        if (pushType is PushType.Background)
            writer.WriteNumber("content-available"u8, 1);
        else if (push.Badge is { } badge)
            writer.WriteNumber("badge"u8, badge);
    }

    private static void WriteAlert(Utf8JsonWriter writer, Content content)
    {
        writer.WriteStartObject("alert"u8);
        WriteUnlessNull(writer, "title"u8, content.Title);
        WriteUnlessNull(writer, "body"u8, content.Body);
        writer.WriteEndObject();
    }

    private static void WriteVisible(Utf8JsonWriter writer, Content content)
    {
        if (content is not { Title: null, Body: null, Push.Badge: not null })
            WriteAlert(writer, content);
        if (content.Push is not { } push)
            return;

        if (push.Badge is { } badge)
            writer.WriteNumber("badge"u8, badge);
        WriteUnlessNull(writer, "sound"u8, push.Sound);
        WriteUnlessNull(writer, "thread-id"u8, push.Thread);
        WriteUnlessNull(writer, "category"u8, push.Action);
        // Allows the app's notification service extension to fetch the image.
        if (push.ImageUrl is not null)
            writer.WriteNumber("mutable-content"u8, 1);
    }

    private static void WriteCustom(Utf8JsonWriter writer, Content content)
    {
        var (link, image) = (content.Push?.Link, content.Push?.ImageUrl);
        WriteUnlessNull(writer, "link"u8, link);
        WriteUnlessNull(writer, "image"u8, image);
        if (content.Data is null)
            return;

        foreach (var (name, value) in content.Data)
        {
            if (name != Aps && (name != Link || link is null) && (name != Image || image is null))
                writer.WriteString(name, value);
        }
    }

    private static void WriteUnlessNull(Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }
}
