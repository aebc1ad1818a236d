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
    internal const int MaxFallbackSteps = 8;

    private static readonly ReceiptKind[] Conditions = [ReceiptKind.Delivered, ReceiptKind.Opened, ReceiptKind.Clicked];

    /// <summary>How far in the past a schedule may be. A schedule in the past means now.</summary>
    private static readonly TimeSpan LongestPast = TimeSpan.FromDays(3_650);

    /// <summary>How far the easternmost time zone is ahead of UTC.</summary>
    private static readonly TimeSpan FarthestAhead = TimeSpan.FromHours(14);

    /// <summary>The limit of APNs for apns-collapse-id, in bytes (Apple, "Sending notification requests to APNs").</summary>
    internal const int MaxCollapseKeyLength = 64;

    public IReadOnlyList<FieldError> Validate(Trigger trigger)
    {
        List<FieldError>? errors = null;
        CheckTenant(trigger, ref errors);
        CheckKind(trigger, ref errors);
        CheckRecipientList(trigger, ref errors);
        CheckContent(trigger, ref errors);
        CheckChannels(trigger, ref errors);
        CheckTimes(trigger, ref errors);
        CheckFallback(trigger, ref errors);
        CheckThrottleAndDigest(trigger, ref errors);
        CheckNames(trigger, ref errors);
        foreach (var error in LabelRules.FindErrors(trigger))
            (errors ??= []).Add(error);
        return errors ?? (IReadOnlyList<FieldError>)[];
    }

    private static void CheckTenant(Trigger trigger, ref List<FieldError>? errors)
    {
        CheckName(ref errors, "tenant", trigger.Tenant);
    }

    private void CheckKind(Trigger trigger, ref List<FieldError>? errors)
    {
        if (!Enum.IsDefined(trigger.Kind))
            Add(ref errors, "kind", FieldErrorCodes.Invalid, "Use live, test or team.");
        else if (trigger.Kind == ApiKeyKind.Test && providers.Test is null)
            Add(ref errors, "kind", FieldErrorCodes.Unsupported, "This host does not support test keys. Add AddTestSandbox().");
    }

    private void CheckRecipientList(Trigger trigger, ref List<FieldError>? errors)
    {
        if (trigger.To is not { Count: > 0 })
        {
            Add(ref errors, "to", FieldErrorCodes.Required, "At least one recipient is required.");
            return;
        }

        if (trigger.To.Count > options.Value.MaxRecipients)
            Add(ref errors, "to", FieldErrorCodes.TooMany, $"Use at most {options.Value.MaxRecipients} recipients, or a topic.");

        for (var i = 0; i < trigger.To.Count; i++)
            CheckRecipient(trigger.To[i], i, ref errors);
    }

    // The name of the field is created only for an error, because nearly every recipient is valid.
    private void CheckRecipient(Recipient? recipient, int index, ref List<FieldError>? errors)
    {
        if (FindRecipientError(recipient) is { } error)
            Add(ref errors, $"to[{index}]{error.Field}", error.Code, error.Message);
    }

    // The field of the error is relative to the recipient.
    private FieldError? FindRecipientError(Recipient? recipient)
    {
        const string field = "";
        if (recipient is null)
            return new FieldError(field, FieldErrorCodes.Required, "A recipient is required.");
        if (recipient.Kind != RecipientKind.Address)
            return Names.FindError(field, recipient.Value);

        var channel = recipient.Channel!.Value;
        if (!providers.Serves(channel))
            return new FieldError(field, FieldErrorCodes.Unsupported, providers.DescribeUnserved(channel));
        if (channel == Channel.Inbox)
            return new FieldError(
                field,
                FieldErrorCodes.NotAllowed,
                "An inbox belongs to a user. Use the user as the recipient."
            );
        if (channel == Channel.Push && recipient.Platform is null)
            return new FieldError(field, FieldErrorCodes.Required, "A push token needs its platform: ios, android or web.");
        if (recipient.Platform is { } platform && platforms.FindError(platform) is { } platformError)
            return new FieldError(".platform", FieldErrorCodes.Unsupported, platformError);
        var address = new Address(channel, recipient.Value) { Platform = recipient.Platform };
        return rules.FindAddressError(address) is { } addressError
            ? new FieldError(field, FieldErrorCodes.InvalidAddress, addressError)
            : null;
    }

    private void CheckContent(Trigger trigger, ref List<FieldError>? errors)
    {
        switch (trigger)
        {
            case { Content: not null, Template: not null }:
                Add(ref errors, "template", FieldErrorCodes.Conflict, "Use either content or a template, not both.");
                break;
            case { Content: null, Template: null, TemplateVersion: null, Workflow: null, WorkflowVersion: null }:
                Add(ref errors, "content", FieldErrorCodes.Required, "Either content, a template or a workflow is required.");
                break;
            case { Content: { Push: null or { IsSilent: false, Badge: null } } empty } when ContentRules.IsEmpty(empty):
                Add(
                    ref errors,
                    "content",
                    FieldErrorCodes.Required,
                    "At least one of title, body and html is required, or push.badge alone."
                );
                break;
        }

        if (trigger is { TemplateVersion: not null, Template: null })
            Add(ref errors, "template.name", FieldErrorCodes.Required, "A version requires the name of the template.");
        else if (trigger.TemplateVersion < 1)
            Add(ref errors, "template.version", FieldErrorCodes.OutOfRange, "Use 1 or more.");

        CheckPush(trigger.Content, ref errors);
        if (trigger.Content is { } content)
        {
            var isMergeable = CheckOverrides(content, ref errors);
            foreach (var error in contents.FindErrors(trigger, isMergeable ? content : content with { Overrides = null }))
                Add(ref errors, $"content.{error.Field}", error.Code, error.Message);
        }

        foreach (var error in RecipientDataRules.FindErrors(trigger))
            Add(ref errors, error.Field, error.Code, error.Message);
        if ((trigger.Content?.Title).AsSpan().ContainsAny('\r', '\n'))
            Add(ref errors, "content.title", FieldErrorCodes.InvalidText, "The title must not contain line breaks.");
    }

    private void CheckPush(Content? content, ref List<FieldError>? errors)
    {
        if (content?.Push is { Badge: < 0 })
            Add(ref errors, "content.push.badge", FieldErrorCodes.OutOfRange, "Use 0 or more.");
        if (content?.Push?.ImageUrl is { } image && !IsWebUrl(image))
            Add(ref errors, "content.push.imageUrl", FieldErrorCodes.Invalid, "Use an absolute http or https URL.");
    }

    // Returns whether the overrides are valid, so that they can be merged into a message.
    private bool CheckOverrides(Content content, ref List<FieldError>? errors)
    {
        if (content.Overrides is not { Count: > 0 } overrides)
            return true;

        var before = errors?.Count ?? 0;
        foreach (var (vendor, own) in overrides)
        {
            if (own.ValueKind != JsonValueKind.Object)
                Add(ref errors, $"content.overrides.{vendor}", FieldErrorCodes.WrongType, "Use an object.");
            else if (!IsUnicode(own))
                Add(
                    ref errors,
                    $"content.overrides.{vendor}",
                    FieldErrorCodes.InvalidText,
                    "The text contains an unpaired surrogate."
                );
        }

        foreach (var error in rules.FindOverrideErrors(overrides.Where(own => IsUnicode(own.Value)).ToDictionary()))
            Add(ref errors, $"content.overrides.{error.Field}", error.Code, error.Message);
        return (errors?.Count ?? 0) == before;
    }

    // JSON can escape an unpaired surrogate, which is not a valid text: reading it throws.
    private static bool IsUnicode(JsonElement value)
    {
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.Object => value.EnumerateObject().All(member => member.Name.Length >= 0 && IsUnicode(member.Value)),
                JsonValueKind.Array => value.EnumerateArray().All(IsUnicode),
                JsonValueKind.String => value.GetString() is not null,
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private void CheckChannels(Trigger trigger, ref List<FieldError>? errors)
    {
        if (trigger.Channels is null)
            return;

        if (trigger.Channels.Count == 0)
            Add(
                ref errors,
                "channels",
                FieldErrorCodes.Required,
                "Use at least one channel, or omit channels to use every channel that has an address."
            );

        for (var i = 0; i < trigger.Channels.Count; i++)
        {
            if (!providers.Serves(trigger.Channels[i]))
                Add(ref errors, $"channels[{i}]", FieldErrorCodes.Unsupported, providers.DescribeUnserved(trigger.Channels[i]));
        }

        for (var i = 0; i < (trigger.To?.Count ?? 0); i++)
        {
            if (
                trigger.To![i]?.Channel is { } channel
                && !trigger.Channels.Contains(channel)
                && trigger.Fallback?.Any(step => step?.Channel == channel) != true
            )
                Add(
                    ref errors,
                    $"to[{i}]",
                    FieldErrorCodes.Conflict,
                    $"This is an address for {channel}, but channels does not contain {channel}."
                );
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
            Add(ref errors, "sendAtLocal", FieldErrorCodes.Conflict, "Use either sendAt or sendAtLocal, not both.");
        if (trigger.ExpiresAt is { } expiresAt)
            CheckExpiry(trigger, expiresAt, now, ref errors);
        if (!Enum.IsDefined(trigger.Priority))
            Add(ref errors, "priority", FieldErrorCodes.Invalid, "Use high, normal or bulk.");
        if (!Enum.IsDefined(trigger.OnUnknownRecipient))
            Add(ref errors, "onUnknownRecipient", FieldErrorCodes.Invalid, "Use fail or skip.");
    }

    // A time in another century is a mistake, and date arithmetic overflows near the ends of the calendar.
    private void CheckSchedule(string field, DateTimeOffset at, DateTimeOffset now, ref List<FieldError>? errors)
    {
        if (at > now + options.Value.MaxScheduleAhead)
            Add(
                ref errors,
                field,
                FieldErrorCodes.OutOfRange,
                $"Schedule at most {options.Value.MaxScheduleAhead.TotalDays:0} days ahead."
            );
        else if (at < now - LongestPast)
            Add(
                ref errors,
                field,
                FieldErrorCodes.OutOfRange,
                $"The time must not be more than {LongestPast.TotalDays:0} days in the past."
            );
    }

    private void CheckExpiry(Trigger trigger, DateTimeOffset expiresAt, DateTimeOffset now, ref List<FieldError>? errors)
    {
        if (expiresAt <= now)
            Add(ref errors, "expiresAt", FieldErrorCodes.OutOfRange, "expiresAt must be in the future.");
        else if (expiresAt > now + options.Value.MaxExpiryAhead)
            Add(
                ref errors,
                "expiresAt",
                FieldErrorCodes.OutOfRange,
                $"Expire at most {options.Value.MaxExpiryAhead.TotalDays:0} days ahead."
            );
        else if (trigger.SendAt >= expiresAt)
            Add(ref errors, "expiresAt", FieldErrorCodes.Conflict, "expiresAt must be after sendAt.");
        else if (trigger.SendAtLocal >= (expiresAt + FarthestAhead).UtcDateTime)
            Add(ref errors, "expiresAt", FieldErrorCodes.Conflict, "expiresAt is before sendAtLocal in every time zone.");
    }

    private void CheckFallback(Trigger trigger, ref List<FieldError>? errors)
    {
        if (trigger.Fallback is null)
            return;

        if (trigger.Fallback.Count is 0 or > MaxFallbackSteps)
            Add(
                ref errors,
                "fallback",
                trigger.Fallback.Count == 0 ? FieldErrorCodes.Required : FieldErrorCodes.TooMany,
                $"Use 1 to {MaxFallbackSteps} fallback steps, or omit fallback."
            );

        for (var i = 0; i < trigger.Fallback.Count; i++)
        {
            if (trigger.Fallback[i] is not { } step)
            {
                Add(ref errors, $"fallback[{i}]", FieldErrorCodes.Required, "A fallback step is required.");
                continue;
            }

            if (!providers.Serves(step.Channel))
                Add(ref errors, $"fallback[{i}].channel", FieldErrorCodes.Unsupported, providers.DescribeUnserved(step.Channel));
            else if (!MayHaveAddress(trigger, step.Channel))
                Add(
                    ref errors,
                    $"fallback[{i}].channel",
                    FieldErrorCodes.Conflict,
                    $"No recipient can be reached over {step.Channel}: every recipient is an address for another channel."
                );
            if (
                trigger.Channels?.Contains(step.Channel) == true
                || trigger.Fallback.Take(i).Any(earlier => earlier?.Channel == step.Channel)
            )
                Add(
                    ref errors,
                    $"fallback[{i}].channel",
                    FieldErrorCodes.Duplicate,
                    "This channel is already used in channels or in an earlier step."
                );
            if (step.After != TimeSpan.Zero && step.After < TimeSpan.FromSeconds(1) || step.After > TimeSpan.FromDays(7))
                Add(
                    ref errors,
                    $"fallback[{i}].after",
                    FieldErrorCodes.OutOfRange,
                    "Use 1 second to 7 days, or 0 to use the channel together with the one before."
                );
            if (step.Unless is not null && step.After == TimeSpan.Zero)
                Add(
                    ref errors,
                    $"fallback[{i}].unless",
                    FieldErrorCodes.Conflict,
                    "A channel that is used together with the one before has the condition of it. Omit this field."
                );
            else if (step.Unless is { } unless && !Conditions.Contains(unless))
                Add(ref errors, $"fallback[{i}].unless", FieldErrorCodes.Invalid, "Use delivered, opened or clicked.");
        }
    }

    // A step that no recipient can use would be left out without a word. Users and subscribers may have any address.
    private static bool MayHaveAddress(Trigger trigger, Channel channel) =>
        trigger.To is not { Count: > 0 } recipients
        || recipients.Any(recipient => recipient?.Channel is not { } own || own == channel);

    private void CheckThrottleAndDigest(Trigger trigger, ref List<FieldError>? errors)
    {
        if (trigger.Throttle is { } throttle)
        {
            if (trigger.Category is null)
                Add(ref errors, "category", FieldErrorCodes.Required, "A throttle counts per category, so category is required.");
            if (throttle.Max is < 1 or > Throttle.MaxCount)
                Add(ref errors, "throttle.max", FieldErrorCodes.OutOfRange, $"Use 1 to {Throttle.MaxCount:N0}.");
            if (!IsValidPeriod(throttle.Per))
                Add(ref errors, "throttle.per", FieldErrorCodes.OutOfRange, "Use 1 second to 31 days.");
        }

        if (trigger.Digest is not { } digest)
            return;

        if (trigger.Template is null)
            Add(ref errors, "digest", FieldErrorCodes.Conflict, "A digest requires a template, which renders its events.");
        CheckDigestTimes(trigger, ref errors);
        if ((digest.Window is null) == (digest.Cron is null))
            Add(ref errors, "digest", FieldErrorCodes.Conflict, "Exactly one of window and cron is required.");
        if (digest.Window is { } window && !IsValidPeriod(window))
            Add(ref errors, "digest.window", FieldErrorCodes.OutOfRange, "Use 1 second to 31 days.");
        if (digest.Cron is { } cron)
            CheckCron(cron, ref errors);
        if (digest.Key is { } key && (!Names.IsValid(key) || key.Length > Digest.MaxKeyLength))
            Add(
                ref errors,
                "digest.key",
                FieldErrorCodes.Invalid,
                $"Use 1 to {Digest.MaxKeyLength} characters, without control characters."
            );
    }

    private void CheckCron(string cron, ref List<FieldError>? errors)
    {
        if (!CronTime.TryParse(cron, out var parsed, out var error))
            Add(ref errors, "digest.cron", FieldErrorCodes.Invalid, error);
        else if (parsed.GetNext(time.GetUtcNow(), timeZone: null) is null)
            Add(ref errors, "digest.cron", FieldErrorCodes.Invalid, "This cron expression never matches a time.");
    }

    private static void CheckDigestTimes(Trigger trigger, ref List<FieldError>? errors)
    {
        const string message = "The digest determines when it is sent. Omit this field.";
        if (trigger.SendAt is not null)
            Add(ref errors, "sendAt", FieldErrorCodes.Conflict, message);
        if (trigger.SendAtLocal is not null)
            Add(ref errors, "sendAtLocal", FieldErrorCodes.Conflict, message);
        if (trigger.ExpiresAt is not null)
            Add(ref errors, "expiresAt", FieldErrorCodes.Conflict, message);
    }

    // Uri reads a rooted path, such as /a.png, as the URL of a local file.
    private static bool IsWebUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps);

    private static bool IsValidPeriod(TimeSpan span) => span >= TimeSpan.FromSeconds(1) && span <= Throttle.LongestPer;

    private void CheckNames(Trigger trigger, ref List<FieldError>? errors)
    {
        if (trigger.IdempotencyKey is { } key)
            CheckName(ref errors, "idempotencyKey", key);
        if (trigger.Category is { } category)
            CheckName(ref errors, "category", category);
        if (FindMandatoryTwin(trigger.Category) is { } twin)
            Add(
                ref errors,
                "category",
                FieldErrorCodes.Conflict,
                $"This differs only in case from the mandatory category '{twin}'. Use '{twin}'."
            );
        if (trigger.CollapseKey is { } collapseKey && (!Names.IsValid(collapseKey) || collapseKey.Length > MaxCollapseKeyLength))
            Add(
                ref errors,
                "collapseKey",
                FieldErrorCodes.Invalid,
                $"Use 1 to {MaxCollapseKeyLength} characters, without control characters."
            );
    }

    // Categories are compared with their case. A critical notification must not become an optional one because of a typo.
    private string? FindMandatoryTwin(string? category) =>
        category is null || options.Value.MandatoryCategories.Contains(category)
            ? null
            : options.Value.MandatoryCategories.FirstOrDefault(mandatory =>
                mandatory.Equals(category, StringComparison.OrdinalIgnoreCase)
            );

    private static void CheckName(ref List<FieldError>? errors, string field, string? name)
    {
        if (Names.FindError(field, name) is { } error)
            (errors ??= []).Add(error);
    }

    private static void Add(ref List<FieldError>? errors, string field, string code, string message) =>
        (errors ??= []).Add(new FieldError(field, code, message));
}
