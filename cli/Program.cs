using System.CommandLine;
using Postroom.Cli.Commands;

// A stop lets letters that are just being handed over finish.
return await Root.Create().Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
