using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Notify;
using Notify.Core.Workflows;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Declares workflows.</summary>
public static class WorkflowNotificationsBuilderExtensions
{
    /// <summary>
    /// Declares a workflow, which every tenant has and cannot change. A later declaration with the same name replaces an earlier
    /// one. The start of the application fails if the workflow is invalid. Whether its template exists is checked by triggers.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="workflow">The workflow. Its tenant is ignored.</param>
    public static INotificationsBuilder AddWorkflow(this INotificationsBuilder builder, Workflow workflow)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(workflow);
        ArgumentException.ThrowIfNullOrWhiteSpace(workflow.Name);

        builder.Services.AddSingleton(new DeclaredWorkflow(workflow));
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, DeclaredWorkflowCheck>());
        return builder;
    }
}
