using System.Text.Json;
using Microsoft.Extensions.Options;
using Notify.Core.Providers;
using Notify.Core.Templates;
using Notify.Core.Timing;
using Notify.Core.Validation;
using Notify.Providers;

namespace Notify.Core.Triggers;

/// <summary>Validates triggers, and reports every error instead of only the first.</summary>
internal sealed class TriggerValidator(
    ProviderCatalog providers,
    ProviderRules rules,
    PlatformRules platforms,
    ContentRules contents,
    IOptions<NotificationsOptions> options,
    TimeProvider time
)
{
    private const int MaxFallbackSteps = 4;

    /// <summary>How far in the past a schedule may be. A schedule in the past means now.</summary>
    private static readonly TimeSpan LongestPast = TimeSpan.FromDays(3_650);

    /// <summary>How far the easternmost time zone is ahead of UTC.</summary>
    private static readonly TimeSpan FarthestAhead = TimeSpan.FromHours(14);

    /// <summary>The limit of APNs for apns-collapse-id, in bytes (Apple, "Sending notification requests to APNs").</summary>
    private const int MaxCollapseKeyLength = 64;

    public IReadOnlyList<FieldError> Validate(Trigger trigger)
    {
        List<FieldError>? errors = null;
        CheckTenant(trigger, ref errors);
        CheckRecipientList(trigger, ref errors);
        CheckContent(trigger, ref errors);
        CheckChannels(trigger, ref errors);
        CheckTimes(trigger, ref errors);
        CheckFallback(trigger, ref errors);
        CheckThrottleAndDigest(trigger, ref errors);
        CheckNames(trigger, ref errors);
        return errors ?? (IReadOnlyList<FieldError>)[];
    }

    private static void CheckTenant(Trigger trigger, ref List<FieldError>? errors)
    {
        if (Names.FindError(trigger.Tenant) is { } error)
            Add(ref errors, "tenant", error);
    }

    private void CheckRecipientList(Trigger trigger, ref List<FieldError>? errors)
    {
        if (trigger.To is not { Count: > 0 })
        {
            Add(ref errors, "to", "At least one recipient is required.");
            return;
        }

        if (trigger.To.Count > options.Value.MaxRecipients)
            Add(ref errors, "to", $"Use at most {options.Value.MaxRecipients} recipients, or a topic.");

        for (var i = 0; i < trigger.To.Count; i++)
            CheckRecipient(trigger.To[i], $"to[{i}]", ref errors);
    }

    private void CheckRecipient(Recipient? recipient, string field, ref List<FieldError>? errors)
    {
        if (recipient is null)
        {
            Add(ref errors, field, "A recipient is required.");
            return;
        }

        if (recipient.Kind != RecipientKind.Address)
        {
            if (Names.FindError(recipient.Value) is { } nameError)
                Add(ref errors, field, nameError);
            return;
        }

        var channel = recipient.Channel!.Value;
        if (!providers.Serves(channel))
            Add(ref errors, field, providers.DescribeUnserved(channel));
        else if (recipient.Platform is { } platform && platforms.FindError(platform) is { } platformError)
            Add(ref errors, $"{field}.platform", platformError);
        else if (rules.FindAddressError(new Address(channel, recipient.Value, recipient.Platform)) is { } addressError)
            Add(ref errors, field, addressError);
    }

    private void CheckContent(Trigger trigger, ref List<FieldError>? errors)
    {
        switch (trigger)
        {
            case { Content: not null, Template: not null }:
                Add(ref errors, "template", "Use either content or a template, not both.");
                break;
            case { Content: null, Template: null }:
                Add(ref errors, "content", "Either content or a template is required.");
                break;
            case {
                Content: { Title: null or "", Body: null or "", Html: null or "", Push: null or { IsSilent: false, Badge: null } }
            }:
                Add(ref errors, "content", "At least one of title, body and html is required, or push.badge alone.");
                break;
        }

        CheckPush(trigger.Content, ref errors);
        if (trigger.Content is { } content)
        {
            foreach (var error in contents.FindErrors(trigger, content))
                Add(ref errors, $"content.{error.Field}", error.Message);
        }

        if (trigger.DataElement is { ValueKind: not JsonValueKind.Object })
            Add(ref errors, "data", "Use an object whose properties are the variables of the template.");
        if ((trigger.Content?.Title).AsSpan().ContainsAny('\r', '\n'))
            Add(ref errors, "content.title", "The title must not contain line breaks.");
    }

    private void CheckPush(Content? content, ref List<FieldError>? errors)
    {
        if (content?.Push is { Badge: < 0 })
            Add(ref errors, "content.push.badge", "Use 0 or more.");
        if (content?.Push?.ImageUrl is { } image && !Uri.TryCreate(image, UriKind.Absolute, out _))
            Add(ref errors, "content.push.imageUrl", "Use an absolute URL.");

        foreach (var (vendor, laidOver) in content?.Overrides ?? new Dictionary<string, JsonElement>())
        {
            if (laidOver.ValueKind != JsonValueKind.Object)
                Add(ref errors, $"content.overrides.{vendor}", "Use an object.");
        }

        if (content?.Overrides is { Count: > 0 } overrides)
        {
            foreach (var error in rules.FindOverrideErrors(overrides))
                Add(ref errors, $"content.overrides.{error.Field}", error.Message);
        }
    }

    private void CheckChannels(Trigger trigger, ref List<FieldError>? errors)
    {
        if (trigger.Channels is null)
            return;

        if (trigger.Channels.Count == 0)
            Add(ref errors, "channels", "Use at least one channel, or omit channels to use every channel that has an address.");

        for (var i = 0; i < trigger.Channels.Count; i++)
        {
            if (!providers.Serves(trigger.Channels[i]))
                Add(ref errors, $"channels[{i}]", providers.DescribeUnserved(trigger.Channels[i]));
        }

        for (var i = 0; i < (trigger.To?.Count ?? 0); i++)
        {
            if (
                trigger.To![i]?.Channel is { } channel
                && !trigger.Channels.Contains(channel)
                && trigger.Fallback?.Any(step => step?.Channel == channel) != true
            )
                Add(ref errors, $"to[{i}]", $"This is an address for {channel}, but channels does not contain {channel}.");
        }
    }

    private void CheckTimes(Trigger trigger, ref List<FieldError>? errors)
    {
        var now = time.GetUtcNow();
        if (trigger.SendAt is { } sendAt)
            CheckSchedule("sendAt", sendAt, now, ref errors);
        if (trigger.SendAtLocal is { } sendAtLocal)
            CheckSchedule("sendAtLocal", new DateTimeOffset(sendAtLocal, TimeSpan.Zero), now, ref errors);
        if (trigger is { SendAt: not null, SendAtLocal: not null })
            Add(ref errors, "sendAtLocal", "Use either sendAt or sendAtLocal, not both.");
        if (trigger.ExpiresAt is { } expiresAt)
            CheckExpiry(trigger, expiresAt, now, ref errors);
        if (!Enum.IsDefined(trigger.Priority))
            Add(ref errors, "priority", "Use high, normal or bulk.");
    }

    // A time in another century is a mistake, and date arithmetic overflows near the ends of the calendar.
    private void CheckSchedule(string field, DateTimeOffset at, DateTimeOffset now, ref List<FieldError>? errors)
    {
        if (at > now + options.Value.MaxScheduleAhead)
            Add(ref errors, field, $"Schedule at most {options.Value.MaxScheduleAhead.TotalDays:0} days ahead.");
        else if (at < now - LongestPast)
            Add(ref errors, field, $"The time must not be more than {LongestPast.TotalDays:0} days in the past.");
    }

    private void CheckExpiry(Trigger trigger, DateTimeOffset expiresAt, DateTimeOffset now, ref List<FieldError>? errors)
    {
        if (expiresAt <= now)
            Add(ref errors, "expiresAt", "expiresAt must be in the future.");
        else if (expiresAt > now + options.Value.MaxExpiryAhead)
            Add(ref errors, "expiresAt", $"Expire at most {options.Value.MaxExpiryAhead.TotalDays:0} days ahead.");
        else if (trigger.SendAt >= expiresAt)
            Add(ref errors, "expiresAt", "expiresAt must be after sendAt.");
        else if (trigger.SendAtLocal >= (expiresAt + FarthestAhead).UtcDateTime)
            Add(ref errors, "expiresAt", "expiresAt is before sendAtLocal in every time zone.");
    }

    private void CheckFallback(Trigger trigger, ref List<FieldError>? errors)
    {
        if (trigger.Fallback is null)
            return;

        if (trigger.Fallback.Count is 0 or > MaxFallbackSteps)
            Add(ref errors, "fallback", $"Use 1 to {MaxFallbackSteps} fallback steps, or omit fallback.");

        for (var i = 0; i < trigger.Fallback.Count; i++)
        {
            if (trigger.Fallback[i] is not { } step)
            {
                Add(ref errors, $"fallback[{i}]", "A fallback step is required.");
                continue;
            }

            if (!providers.Serves(step.Channel))
                Add(ref errors, $"fallback[{i}].channel", providers.DescribeUnserved(step.Channel));
            if (
                trigger.Channels?.Contains(step.Channel) == true
                || trigger.Fallback.Take(i).Any(earlier => earlier?.Channel == step.Channel)
            )
                Add(ref errors, $"fallback[{i}].channel", "This channel is already used in channels or in an earlier step.");
            if (step.After < TimeSpan.FromSeconds(1) || step.After > TimeSpan.FromDays(7))
                Add(ref errors, $"fallback[{i}].after", "Use 1 second to 7 days.");
        }
    }

    private void CheckThrottleAndDigest(Trigger trigger, ref List<FieldError>? errors)
    {
        if (trigger.Throttle is { } throttle)
        {
            if (trigger.Category is null)
                Add(ref errors, "category", "A throttle counts per category, so category is required.");
            if (throttle.Max is < 1 or > 10_000)
                Add(ref errors, "throttle.max", "Use 1 to 10,000.");
            if (!IsValidPeriod(throttle.Per))
                Add(ref errors, "throttle.per", "Use 1 second to 31 days.");
        }

        if (trigger.Digest is not { } digest)
            return;

        if (trigger.Template is null)
            Add(ref errors, "digest", "A digest requires a template, which renders its events.");
        CheckDigestTimes(trigger, ref errors);
        if ((digest.Window is null) == (digest.Cron is null))
            Add(ref errors, "digest", "Exactly one of window and cron is required.");
        if (digest.Window is { } window && !IsValidPeriod(window))
            Add(ref errors, "digest.window", "Use 1 second to 31 days.");
        if (digest.Cron is { } cron)
            CheckCron(cron, ref errors);
    }

    private void CheckCron(string cron, ref List<FieldError>? errors)
    {
        if (!CronTime.TryParse(cron, out var parsed, out var error))
            Add(ref errors, "digest.cron", error);
        else if (parsed.GetNext(time.GetUtcNow(), timeZone: null) is null)
            Add(ref errors, "digest.cron", "This cron expression never matches a time.");
    }

    private static void CheckDigestTimes(Trigger trigger, ref List<FieldError>? errors)
    {
        const string message = "The digest determines when it is sent. Omit this field.";
        if (trigger.SendAt is not null)
            Add(ref errors, "sendAt", message);
        if (trigger.SendAtLocal is not null)
            Add(ref errors, "sendAtLocal", message);
        if (trigger.ExpiresAt is not null)
            Add(ref errors, "expiresAt", message);
    }

    private static bool IsValidPeriod(TimeSpan span) => span >= TimeSpan.FromSeconds(1) && span <= Throttle.LongestPer;

    private static void CheckNames(Trigger trigger, ref List<FieldError>? errors)
    {
        if (trigger.IdempotencyKey is { } key && Names.FindError(key) is { } keyError)
            Add(ref errors, "idempotencyKey", keyError);
        if (trigger.Category is { } category && Names.FindError(category) is { } categoryError)
            Add(ref errors, "category", categoryError);
        if (
            trigger.CollapseKey is { } collapseKey
            && (Names.FindError(collapseKey) is not null || collapseKey.Length > MaxCollapseKeyLength)
        )
            Add(ref errors, "collapseKey", $"Use 1 to {MaxCollapseKeyLength} characters, without control characters.");
    }

    private static void Add(ref List<FieldError>? errors, string field, string message) =>
        (errors ??= []).Add(new FieldError(field, message));
}
