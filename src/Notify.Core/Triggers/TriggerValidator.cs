using Microsoft.Extensions.Options;
using Notify.Core.Providers;
using Notify.Core.Validation;
using Notify.Providers;
using static Notify.Core.Triggers.FieldErrorList;

namespace Notify.Core.Triggers;

/// <summary>Validates triggers, and reports every error instead of only the first.</summary>
internal sealed class TriggerValidator(
    ProviderCatalog providers,
    ProviderRules rules,
    PlatformRules platforms,
    TriggerContentRules content,
    ScheduleRules schedule,
    FallbackRules fallback,
    ThrottleAndDigestRules throttleAndDigest,
    IOptions<NotificationsOptions> options
)
{
    /// <summary>The limit of APNs for apns-collapse-id, in bytes (Apple, "Sending notification requests to APNs").</summary>
    internal const int MaxCollapseKeyLength = 64;

    public IReadOnlyList<FieldError> Validate(Trigger trigger)
    {
        List<FieldError>? errors = null;
        AddNameError(ref errors, "tenant", trigger.Tenant);
        CheckKind(trigger, ref errors);
        CheckRecipientList(trigger, ref errors);
        content.Check(trigger, ref errors);
        CheckChannels(trigger, ref errors);
        schedule.Check(trigger, ref errors);
        fallback.Check(trigger, ref errors);
        throttleAndDigest.Check(trigger, ref errors);
        CheckNames(trigger, ref errors);
        foreach (var error in LabelRules.FindErrors(trigger))
            (errors ??= []).Add(error);
        return errors ?? (IReadOnlyList<FieldError>)[];
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

    private void CheckNames(Trigger trigger, ref List<FieldError>? errors)
    {
        if (trigger.IdempotencyKey is { } key)
            AddNameError(ref errors, "idempotencyKey", key);
        if (trigger.Category is { } category)
            AddNameError(ref errors, "category", category);
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
}
