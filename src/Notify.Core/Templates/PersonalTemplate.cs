using Notify.Core.Timing;

namespace Notify.Core.Templates;

/// <summary>
/// A template that is rendered for single recipients with the data of one trigger. Only the variant that a recipient gets is
/// rendered.
/// </summary>
/// <param name="compiled">The template.</param>
/// <param name="trigger">The trigger.</param>
/// <param name="rules">The rules for the rendered contents; null if they are not checked.</param>
/// <param name="limits">The limits of rendering.</param>
/// <param name="time">The clock.</param>
internal sealed class PersonalTemplate(
    CompiledTemplate compiled,
    Trigger trigger,
    ContentRules? rules,
    TemplateLimits limits,
    TimeProvider time
)
{
    /// <summary>Gets whether the texts depend on the time zone of the recipient.</summary>
    public bool ShowsDates => compiled.ShowsDates;

    public RenderBudget CreateBudget(CancellationToken cancellationToken) => new(limits, time, cancellationToken);

    /// <summary>Finds the variant for a recipient; -1 if there is none.</summary>
    public int FindVariant(Channel channel, string? locale) => compiled.FindVariant(channel, locale);

    /// <summary>Renders a variant.</summary>
    /// <param name="variant">The index of the variant.</param>
    /// <param name="model">The variables; see <see cref="RecipientModel.CreateRoot"/>.</param>
    /// <param name="timeZone">The time zone of the recipient; null for UTC.</param>
    /// <param name="channel">The channel, whose rules for contents apply.</param>
    /// <param name="budget">The budget.</param>
    /// <param name="errors">Receives the errors. If it gets any, the result must not be sent.</param>
    public Content Render(
        int variant,
        DataObject model,
        string? timeZone,
        Channel channel,
        RenderBudget budget,
        List<FieldError> errors
    )
    {
        var zone = timeZone is null ? TimeZoneInfo.Utc : LocalTime.FindZone(timeZone);
        var rendering = new TemplateRendering(model, budget, zone, time);
        var rendered = compiled.RenderVariant(variant, rendering);
        var before = errors.Count;
        errors.AddRange(rendering.DescribeErrors(trigger.Template!, trigger.Digest is not null));
        if (errors.Count == before && rules is not null)
        {
            foreach (var error in rules.FindErrors(trigger, rendered, isFor: checkedChannel => checkedChannel == channel))
                errors.Add(new FieldError("template", error.Code, $"variants[{variant}].{error.Field}: {error.Message}"));
        }

        return trigger.Mark(rendered.Content);
    }
}
