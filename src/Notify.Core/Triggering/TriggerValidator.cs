using Microsoft.Extensions.Options;
using Notify.Delivering;

namespace Notify.Triggering;

/// <summary>Finds everything that is wrong with a trigger, not just the first thing.</summary>
internal sealed class TriggerValidator(ProviderCatalog providers, IOptions<NotificationsOptions> options, TimeProvider time)
{
    private const int MaxNameLength = 256;

    public IReadOnlyList<TriggerError> Validate(Trigger trigger)
    {
        List<TriggerError>? errors = null;
        CheckTenant(trigger, ref errors);
        CheckRecipients(trigger, ref errors);
        CheckContent(trigger, ref errors);
        CheckChannels(trigger, ref errors);
        CheckTimes(trigger, ref errors);
        CheckIdempotencyKey(trigger, ref errors);
        return errors ?? (IReadOnlyList<TriggerError>)[];
    }

    private static void CheckTenant(Trigger trigger, ref List<TriggerError>? errors)
    {
        if (NameError(trigger.Tenant) is { } error)
            Add(ref errors, "tenant", error);
    }

    private void CheckRecipients(Trigger trigger, ref List<TriggerError>? errors)
    {
        if (trigger.To is not { Count: > 0 })
        {
            Add(ref errors, "to", "Name at least one recipient.");
            return;
        }

        if (trigger.To.Count > options.Value.MaxRecipients)
            Add(ref errors, "to", $"Name at most {options.Value.MaxRecipients} recipients, or use a topic.");

        for (var i = 0; i < trigger.To.Count; i++)
            CheckRecipient(trigger.To[i], $"to[{i}]", ref errors);
    }

    private void CheckRecipient(Recipient? recipient, string field, ref List<TriggerError>? errors)
    {
        if (recipient is null)
        {
            Add(ref errors, field, "Name a recipient.");
            return;
        }

        if (recipient.Kind != RecipientKind.Address)
        {
            Add(ref errors, field, "Users and topics need a recipient store; name an address.");
            return;
        }

        var channel = recipient.Channel!.Value;
        if (!providers.Serves(channel))
            Add(ref errors, field, providers.DescribeUnserved(channel));
        else if (AddressFormat.ErrorOf(channel, recipient.Value) is { } addressError)
            Add(ref errors, field, addressError);
    }

    private static void CheckContent(Trigger trigger, ref List<TriggerError>? errors)
    {
        switch (trigger)
        {
            case { Content: not null, Template: not null }:
                Add(ref errors, "template", "Give either content or a template, not both.");
                break;
            case { Content: null, Template: null }:
                Add(ref errors, "content", "Give content or a template.");
                break;
            case { Content: { Title: null or "", Body: null or "", Html: null or "" } }:
                Add(ref errors, "content", "Give at least one of title, body and html.");
                break;
        }

        if (trigger.Template is not null)
            Add(ref errors, "template", "There is no template of this name.");
        if (trigger.Content?.Title?.AsSpan().ContainsAny('\r', '\n') == true)
            Add(ref errors, "content.title", "Keep the title on one line.");
    }

    private void CheckChannels(Trigger trigger, ref List<TriggerError>? errors)
    {
        if (trigger.Channels is null)
            return;

        if (trigger.Channels.Count == 0)
            Add(ref errors, "channels", "Name at least one channel, or leave channels out to use every one that has an address.");

        for (var i = 0; i < trigger.Channels.Count; i++)
        {
            if (!providers.Serves(trigger.Channels[i]))
                Add(ref errors, $"channels[{i}]", providers.DescribeUnserved(trigger.Channels[i]));
        }

        for (var i = 0; i < (trigger.To?.Count ?? 0); i++)
        {
            if (trigger.To![i]?.Channel is { } channel && !trigger.Channels.Contains(channel))
                Add(ref errors, $"to[{i}]", $"This is an address for {channel}, which channels leaves out.");
        }
    }

    private void CheckTimes(Trigger trigger, ref List<TriggerError>? errors)
    {
        var now = time.GetUtcNow();
        if (trigger.ExpiresAt is { } expiresAt)
        {
            if (expiresAt <= now)
                Add(ref errors, "expiresAt", "This time has passed.");
            else if (trigger.SendAt >= expiresAt)
                Add(ref errors, "expiresAt", "This is not after sendAt.");
        }

        if (trigger.SendAt > now + options.Value.MaxScheduleAhead)
            Add(ref errors, "sendAt", $"Schedule at most {options.Value.MaxScheduleAhead.TotalDays:0} days ahead.");
        if (!Enum.IsDefined(trigger.Priority))
            Add(ref errors, "priority", "Use high, normal or bulk.");
    }

    private static void CheckIdempotencyKey(Trigger trigger, ref List<TriggerError>? errors)
    {
        if (trigger.IdempotencyKey is { } key && NameError(key) is { } error)
            Add(ref errors, "idempotencyKey", error);
    }

    private static string? NameError(string? name) => name switch
    {
        null or "" => "Use 1 to 256 characters.",
        { Length: > MaxNameLength } => "Use at most 256 characters.",
        _ when name.Any(char.IsControl) => "Leave out control characters.",
        _ => null,
    };

    private static void Add(ref List<TriggerError>? errors, string field, string message) =>
        (errors ??= []).Add(new TriggerError(field, message));
}
