using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Notify.Core.Workflows;

/// <summary>
/// Fails the start of the application if a workflow that it declares is invalid. All errors are reported at once. The validator
/// is resolved at start, after all options were validated.
/// </summary>
internal sealed class DeclaredWorkflowCheck(DeclaredWorkflows declared, IServiceProvider services) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var validator = services.GetRequiredService<WorkflowValidator>();
        string[] failures =
        [
            .. declared.All.SelectMany(workflow =>
                validator
                    .Validate(workflow)
                    .Errors.Select(error => $"The workflow '{workflow.Name}' is invalid. {error.Field}: {error.Message}")
            ),
        ];
        return failures.Length == 0
            ? Task.CompletedTask
            : throw new OptionsValidationException(nameof(Workflow), typeof(Workflow), failures);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
