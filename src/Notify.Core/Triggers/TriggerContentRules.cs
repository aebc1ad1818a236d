using System.Text.Json;
using Notify.Core.Providers;
using Notify.Core.Templates;
using static Notify.Core.Triggers.FieldErrorList;

namespace Notify.Core.Triggers;

/// <summary>The rules for the content or the template of a trigger, and for the data of its recipients.</summary>
internal sealed class TriggerContentRules(ProviderRules rules, ContentRules contents)
{
    public void Check(Trigger trigger, ref List<FieldError>? errors)
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

    private static void CheckPush(Content? content, ref List<FieldError>? errors)
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

    // Uri reads a rooted path, such as /a.png, as the URL of a local file.
    private static bool IsWebUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps);
}
