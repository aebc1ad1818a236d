using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Notify.Core.Templates;

namespace Notify.Benchmarks;

/// <summary>A template that is compiled already, rendered for one trigger.</summary>
public class TemplateBenchmarks
{
    private static readonly TemplateLimits Limits = new();

    private readonly Trigger _trigger = new()
    {
        To = Recipient.User("u-42"),
        Template = "order-shipped",
        Data = JsonSerializer.SerializeToElement(
            new
            {
                Number = 4711,
                Name = "Ada",
                Carrier = "DHL",
            }
        ),
    };

    private readonly CompiledTemplate _oneText = Compile(
        new TemplateVariant { Title = "Order {{Number}}", Body = "Hello {{Name}}, it is with {{Carrier}}." }
    );

    private readonly CompiledTemplate _mailInTwoLanguages = Compile(
        new TemplateVariant
        {
            Channel = Channel.Email,
            Title = "Order {{Number}}",
            Body = "Hello {{Name}}",
            Html = "<p>Hello <b>{{Name}}</b></p>",
        },
        new TemplateVariant
        {
            Channel = Channel.Email,
            Locale = "de",
            Title = "Bestellung {{Number}}",
            Body = "Hallo {{Name}}",
            Html = "<p>Hallo <b>{{Name}}</b></p>",
        }
    );

    [Benchmark]
    public object OneText() => Render(_oneText);

    [Benchmark]
    public object MailInTwoLanguages() => Render(_mailInTwoLanguages);

    private IReadOnlyList<ContentVariant> Render(CompiledTemplate template) =>
        template.Render(
            RenderRequest.From(_trigger, [RenderZone.Utc], TimeProvider.System, check: null),
            new RenderBudget(Limits, TimeProvider.System, CancellationToken.None),
            []
        );

    private static CompiledTemplate Compile(params TemplateVariant[] variants) =>
        CompiledTemplate.Compile(new Template { Name = "order-shipped", Variants = variants }, null, Limits, [])!;
}
