using System.Globalization;
using System.Text.Json;
using System.Xml;

namespace Notify.Client.Requests;

/// <summary>Writes triggers as the HTTP API reads them.</summary>
internal static class TriggerWriter
{
    /// <summary>Writes a trigger. The tenant and the kind are not part of it: the key and a header determine them.</summary>
    /// <param name="json">The writer.</param>
    /// <param name="trigger">The trigger.</param>
    /// <param name="idempotencyKey">The key under which the trigger is sent and repeated.</param>
    public static void Write(Utf8JsonWriter json, Trigger trigger, string idempotencyKey)
    {
        json.WriteStartObject();
        json.WriteStartArray("to");
        foreach (var recipient in trigger.To ?? [])
            RecipientWriter.Write(json, recipient);
        json.WriteEndArray();
        if (trigger.OnUnknownRecipient != UnknownRecipientBehavior.Fail)
            json.WriteString("onUnknownRecipient", GetName(trigger.OnUnknownRecipient));
        if (trigger.Content is { } content)
            ContentWriter.Write(json, content);
        WriteVersioned(json, "template", trigger.Template, trigger.TemplateVersion);
        WriteVersioned(json, "workflow", trigger.Workflow, trigger.WorkflowVersion);
        if (trigger.DataElement is { } data)
        {
            json.WritePropertyName("data");
            data.WriteTo(json);
        }

        WriteRoute(json, trigger);
        WriteFrequency(json, trigger);
        WriteTimes(json, trigger);
        WriteLabels(json, trigger);
        json.WriteString("idempotencyKey", idempotencyKey);
        json.WriteEndObject();
    }

    private static void WriteRoute(Utf8JsonWriter json, Trigger trigger)
    {
        if (trigger.Channels is { } channels)
        {
            json.WriteStartArray("channels");
            foreach (var channel in channels)
                json.WriteStringValue(channel.Name);
            json.WriteEndArray();
        }

        if (trigger.Fallback is not { } fallback)
            return;

        json.WriteStartArray("fallback");
        foreach (var step in fallback)
        {
            json.WriteStartObject();
            json.WriteString("channel", step.Channel.Name);
            json.WriteString("after", XmlConvert.ToString(step.After));
            json.WriteText("unless", step.Unless?.Name);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteFrequency(Utf8JsonWriter json, Trigger trigger)
    {
        if (trigger.Throttle is { } throttle)
        {
            json.WriteStartObject("throttle");
            json.WriteNumber("max", throttle.Max);
            json.WriteString("per", XmlConvert.ToString(throttle.Per));
            json.WriteEndObject();
        }

        if (trigger.Digest is not { } digest)
            return;

        json.WriteStartObject("digest");
        if (digest.Window is { } window)
            json.WriteString("window", XmlConvert.ToString(window));
        json.WriteText("cron", digest.Cron);
        json.WriteText("key", digest.Key);
        json.WriteEndObject();
    }

    private static void WriteTimes(Utf8JsonWriter json, Trigger trigger)
    {
        if (trigger.SendAt is { } sendAt)
            json.WriteString("sendAt", sendAt);
        if (trigger.SendAtLocal is { } local)
            json.WriteString("sendAtLocal", local);
        if (trigger.ExpiresAt is { } expiresAt)
            json.WriteString("expiresAt", expiresAt);
    }

    private static void WriteLabels(Utf8JsonWriter json, Trigger trigger)
    {
        json.WriteText("category", trigger.Category);
        json.WriteText("collapseKey", trigger.CollapseKey);
        if (trigger.Priority != Priority.Normal)
            json.WriteString("priority", GetName(trigger.Priority));
        // The service has one setting for the trigger and its content.
        if ((trigger.Content?.Track == false ? false : trigger.Track) is { } track)
            json.WriteBoolean("track", track);
        json.WriteText("reference", trigger.Reference);
        json.WriteText("cancellationKey", trigger.CancellationKey);
        if (trigger.Tags is { } tags)
        {
            json.WriteStartArray("tags");
            foreach (var tag in tags)
                json.WriteStringValue(tag);
            json.WriteEndArray();
        }

        json.WriteTexts("metadata", trigger.Metadata);
    }

    private static void WriteVersioned(Utf8JsonWriter json, string field, string? name, int? version)
    {
        if (version is null)
        {
            json.WriteText(field, name);
            return;
        }

        json.WriteStartObject(field);
        json.WriteText("name", name);
        json.WriteNumber("version", version.Value);
        json.WriteEndObject();
    }

    // The service refuses the number of a value that has no name.
    private static string GetName(Priority priority) =>
        priority switch
        {
            Priority.High => "high",
            Priority.Normal => "normal",
            Priority.Bulk => "bulk",
            _ => ((int)priority).ToString(CultureInfo.InvariantCulture),
        };

    private static string GetName(UnknownRecipientBehavior behavior) =>
        behavior == UnknownRecipientBehavior.Skip ? "skip" : ((int)behavior).ToString(CultureInfo.InvariantCulture);
}
